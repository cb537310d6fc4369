"""Calls between processes: results, errors, authentication, and every way to end."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sourcewise import __version__
from sourcewise.errors import (
    CancelledError,
    PeerError,
    PeerGoneError,
    PeerSlowError,
    PeerVersionError,
    QuestionError,
    StorageError,
    UserError,
)
from sourcewise.processes.rpc import RpcClient, RpcServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

# A server in another process: `hold` reports over a named pipe that it runs, and never returns.
_SERVE = """
import os, sys, subprocess, threading
from pathlib import Path
from sourcewise.processes.rpc import RpcServer
def hold(started):
    open(started, "w").close()
    threading.Event().wait()
children = []
def spawn():
    children.append(subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL))
    return children[0].pid
server = RpcServer(Path(sys.argv[1]), {"pid": os.getpid, "hold": hold, "spawn": spawn})
print("serving", flush=True)
sys.stdin.read()
"""


class ServerProcess:
    """A process that serves at an address file until it is killed."""

    def __init__(self, address: Path) -> None:
        command = [sys.executable, "-c", _SERVE, str(address)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "serving\n"

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def refuse() -> None:
    raise QuestionError("No.", "Ask something else.")


def cancel() -> None:
    raise CancelledError("enough")


def break_down() -> None:
    raise ZeroDivisionError("by hand")


def lock() -> Any:
    return threading.Lock()


METHODS: dict[str, Callable[..., Any]] = {
    "echo": lambda *values: values,
    "refuse": refuse,
    "cancel": cancel,
    "break_down": break_down,
    "lock": lock,
}


@pytest.fixture
def address(tmp_path: Path) -> Path:
    return tmp_path / "data" / "address"


@pytest.fixture
def server(address: Path) -> Iterator[RpcServer]:
    server = RpcServer(address, METHODS)
    yield server
    server.close()


@pytest.fixture
def client(address: Path) -> Iterator[RpcClient]:
    client = RpcClient(address, "The other window")
    yield client
    client.close()


@pytest.fixture
def start(address: Path) -> Iterator[Callable[[], ServerProcess]]:
    processes: list[ServerProcess] = []

    def start() -> ServerProcess:
        processes.append(ServerProcess(address))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()


@contextmanager
def calls_under_way(client: RpcClient, started: Path, number: int) -> Iterator[list[BaseException]]:
    """Run calls that do not return by themselves, and collect the errors that they raise."""
    failures: list[BaseException] = []

    def hold(pipe: Path) -> None:
        try:
            client.call("hold", str(pipe))
        except PeerError as error:
            failures.append(error)

    pipes = [started.with_name(f"{started.name}-{index}") for index in range(number)]
    threads = [threading.Thread(target=hold, args=(pipe,), daemon=True) for pipe in pipes]
    for pipe in pipes:
        os.mkfifo(pipe)
    for thread in threads:
        thread.start()
    for pipe in pipes:
        pipe.open().close()
    yield failures
    for thread in threads:
        thread.join(timeout=30)
        assert not thread.is_alive()


def hold_until(release: threading.Event) -> Callable[[str], None]:
    def hold(started: str) -> None:
        Path(started).open("w").close()
        release.wait()

    return hold


# --- results --------------------------------------------------------------------------------------


def test_a_call_returns_the_result_of_the_method(server: RpcServer, client: RpcClient) -> None:
    assert client.call("echo", 1, "two", {"three": [4]}) == (1, "two", {"three": [4]})


def test_a_large_array_arrives_whole_in_both_directions(server: RpcServer, client: RpcClient) -> None:
    array: NDArray[np.float32] = np.arange(8_000_000, dtype=np.float32)
    (returned,) = client.call("echo", array)
    assert np.array_equal(returned, array)


def test_an_error_for_the_user_is_raised_unchanged(server: RpcServer, client: RpcClient) -> None:
    with pytest.raises(QuestionError) as caught:
        client.call("refuse")
    assert (caught.value.message, caught.value.hint) == ("No.", "Ask something else.")


def test_a_cancellation_is_raised_as_a_cancellation(server: RpcServer, client: RpcClient) -> None:
    with pytest.raises(CancelledError):
        client.call("cancel")


@pytest.mark.parametrize("method", ["break_down", "lock", "missing"])
def test_every_other_error_becomes_a_sentence_and_the_server_continues(
    server: RpcServer, client: RpcClient, method: str
) -> None:
    with pytest.raises(UserError, match=r"process failed unexpectedly \(\w+Error\)"):
        client.call(method)
    assert client.call("echo", 1) == (1,)


def test_twenty_threads_each_get_their_own_results(server: RpcServer, client: RpcClient) -> None:
    with ThreadPoolExecutor(20) as threads:
        results = list(threads.map(lambda number: client.call("echo", number), range(2000)))
    assert results == [(number,) for number in range(2000)]


def test_calls_run_at_the_same_time(address: Path, client: RpcClient) -> None:
    meeting = threading.Barrier(5)
    server = RpcServer(address, {"meet": lambda: meeting.wait(timeout=30)})
    with ThreadPoolExecutor(5) as threads:
        places = sorted(threads.map(lambda _: client.call("meet"), range(5)))
    server.close()
    assert places == [0, 1, 2, 3, 4]


def test_a_call_after_one_that_was_too_slow_gets_its_own_result(address: Path, client: RpcClient) -> None:
    release = threading.Event()
    server = RpcServer(address, {"slow": release.wait, "echo": lambda value: value})
    with pytest.raises(PeerSlowError, match=r"The other window did not answer within 0.01 s"):
        client.call("slow", timeout=0.01)
    release.set()
    assert [client.call("echo", number) for number in range(20)] == list(range(20))
    server.close()


# --- ends -----------------------------------------------------------------------------------------


def test_a_missing_server_is_reported_in_a_sentence(client: RpcClient) -> None:
    with pytest.raises(PeerGoneError, match="The other window does not answer"):
        client.call("echo")


def test_running_calls_end_when_their_server_is_killed(
    start: Callable[[], ServerProcess], client: RpcClient, tmp_path: Path
) -> None:
    process = start()
    with calls_under_way(client, tmp_path / "started", 3) as failures:
        process.kill()
    assert [type(failure) for failure in failures] == [PeerGoneError] * 3


def test_a_child_of_a_killed_server_does_not_keep_its_connections(
    start: Callable[[], ServerProcess], client: RpcClient, tmp_path: Path
) -> None:
    process = start()
    with calls_under_way(client, tmp_path / "started", 1) as failures:
        child = client.call("spawn")
        process.kill()
    os.kill(child, signal.SIGKILL)  # fails if it has ended
    assert len(failures) == 1


def test_a_new_server_replaces_a_killed_one(
    start: Callable[[], ServerProcess], client: RpcClient, address: Path
) -> None:
    first = start()
    assert client.call("pid") == first.process.pid
    first.kill()
    with pytest.raises(PeerGoneError):
        client.call("pid")
    second = start()
    assert client.call("pid") == second.process.pid
    assert sorted(path.name for path in address.parent.iterdir()) == ["address", "address.socket"]


def test_closing_the_server_ends_running_calls_and_leaves_no_file(
    address: Path, client: RpcClient, tmp_path: Path
) -> None:
    release = threading.Event()
    server = RpcServer(address, {"hold": hold_until(release)})
    with calls_under_way(client, tmp_path / "started", 3) as failures:
        server.close()
    release.set()
    assert [type(failure) for failure in failures] == [PeerGoneError] * 3
    assert list(address.parent.iterdir()) == []


def test_closing_the_client_ends_running_calls(address: Path, client: RpcClient, tmp_path: Path) -> None:
    release = threading.Event()
    server = RpcServer(address, {"hold": hold_until(release)})
    with calls_under_way(client, tmp_path / "started", 3) as failures:
        client.close()
    release.set()
    server.close()
    assert [type(failure) for failure in failures] == [PeerGoneError] * 3
    with pytest.raises(PeerGoneError):
        client.call("hold", "")


# --- authentication -------------------------------------------------------------------------------


def test_only_this_user_can_read_the_address_and_use_the_socket(server: RpcServer, address: Path) -> None:
    assert stat.S_IMODE(address.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(address.stat().st_mode) == 0o600
    assert stat.S_IMODE(Path(json.loads(address.read_text())["place"]).stat().st_mode) == 0o600


def test_a_caller_without_the_secret_is_refused_and_affects_no_other_caller(
    server: RpcServer, client: RpcClient, address: Path
) -> None:
    true = address.read_text()
    address.write_text(json.dumps(json.loads(true) | {"secret": "0" * 64}))
    with pytest.raises(PeerGoneError):
        client.call("echo")
    address.write_text(true)
    assert client.call("echo", 1) == (1,)


@pytest.mark.parametrize("garbage", [b"", b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 64, b"\x00\x00\x00\x14" + b"a" * 20])
def test_garbage_at_the_socket_affects_no_other_caller(
    server: RpcServer, client: RpcClient, address: Path, garbage: bytes
) -> None:
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.connect(json.loads(address.read_text())["place"])
        stranger.sendall(garbage)
        stranger.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            while stranger.recv(1000):
                pass
    assert client.call("echo", 1) == (1,)


def test_a_silent_caller_does_not_block_others(server: RpcServer, client: RpcClient, address: Path) -> None:
    silent = [socket.socket(socket.AF_UNIX) for _ in range(20)]
    for stranger in silent:
        stranger.connect(json.loads(address.read_text())["place"])
    assert client.call("echo", 1) == (1,)
    for stranger in silent:
        stranger.close()


def test_a_client_rejects_a_server_without_the_secret(client: RpcClient, address: Path) -> None:
    """Another program may later listen at the port of a server."""
    with socket.create_server(("127.0.0.1", 0)) as impostor:
        address.parent.mkdir()
        place = impostor.getsockname()
        address.write_text(json.dumps({"place": place, "secret": "s", "version": __version__, "pid": 1}))

        def pretend() -> None:
            connection, _ = impostor.accept()
            with connection:
                connection.sendall(b"\x00\x00\x00\x1f#CHALLENGE#" + b"x" * 20)
                connection.recv(1000)
                connection.sendall(b"\x00\x00\x00\x09#WELCOME#")
                connection.recv(1000)
                connection.sendall(b"\x00\x00\x00\x10" + b"y" * 16)

        thread = threading.Thread(target=pretend, daemon=True)
        thread.start()
        with pytest.raises(PeerGoneError):
            client.call("echo")
        thread.join(timeout=30)


def test_a_server_of_another_version_is_not_called(server: RpcServer, client: RpcClient, address: Path) -> None:
    fields = json.loads(address.read_text())
    address.write_text(json.dumps(fields | {"version": "0.0.1"}))
    with pytest.raises(PeerVersionError, match=r"The other window runs Sourcewise 0.0.1") as caught:
        client.call("echo")
    assert "Reload" in caught.value.hint
    address.write_text(json.dumps(fields))


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"place": 3}', '{"place": "/x", "unknown": 1}'])
def test_a_damaged_address_file_means_no_server(client: RpcClient, address: Path, text: str) -> None:
    address.parent.mkdir()
    address.write_text(text)
    with pytest.raises(PeerGoneError):
        client.call("echo")


# --- sockets and ports ----------------------------------------------------------------------------


def test_a_path_too_long_for_a_socket_is_served_at_a_port_of_this_machine(tmp_path: Path) -> None:
    address = tmp_path / ("long" * 30) / "address"
    server = RpcServer(address, METHODS)
    client = RpcClient(address, "The other window")
    assert json.loads(address.read_text())["place"][0] == "127.0.0.1"
    assert client.call("echo", 1) == (1,)
    client.close()
    server.close()


def test_a_system_without_unix_sockets_is_served_at_a_port_of_this_machine(
    address: Path, client: RpcClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(socket, "AF_UNIX")
    server = RpcServer(address, METHODS)
    assert json.loads(address.read_text())["place"][0] == "127.0.0.1"
    assert client.call("echo", 1) == (1,)
    server.close()


def test_an_impossible_folder_is_reported_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="Cannot accept connections"):
        RpcServer(tmp_path / "file" / "address", {})
