"""The environment of Sourcewise's processes: variables, import paths, programs."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sourcewise.processes import environment
from sourcewise.processes.worker import Worker

if TYPE_CHECKING:
    from pathlib import Path

needs_posix = pytest.mark.skipif(os.name != "posix", reason="programs are shell scripts")

# Each configures a library in use: its connections, the code it loads or the files it writes.
HOSTILE = {
    "CHROMA_API_IMPL": "chromadb.api.fastapi.FastAPI",
    "CHROMA_OTEL_COLLECTION_ENDPOINT": "http://collector.example",
    "GIT_EXEC_PATH": "./bin",
    "GIT_SSH_COMMAND": "./ssh",
    "LD_PRELOAD": "./evil.so",
    "OLLAMA_API_KEY": "secret",
    "OLLAMA_HOST": "http://ollama.example",
    "OMP_TOOL_LIBRARIES": "./evil.so",
    "OPENSSL_CONF": "openssl.cnf",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.example",
    "PYTHONPATH": ":",
    "PYTHONSTARTUP": "startup.py",
    "SENTENCE_TRANSFORMERS_HOME": "models",
    "SSLKEYLOGFILE": "keys.log",
    "TRANSFORMERS_CACHE": "models",
    "XDG_DATA_HOME": "data",
    "HOME": "here",
}


class Revealing:
    """A worker's service that returns the environment of its process."""

    def variables(self) -> dict[str, str]:
        return dict(os.environ)

    def folder(self) -> str:
        return os.getcwd()

    def places(self) -> list[str]:
        return sys.path


def put(folder: Path, name: str, content: str = "", *, program: bool = False) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)
    file.chmod(0o755 if program else 0o644)
    return file


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("hostile")
@pytest.mark.parametrize(
    "variables", [environment.worker_variables, environment.download_variables, environment.git_variables]
)
def test_no_child_gets_a_variable_that_configures_a_library(variables: object) -> None:
    assert callable(variables)
    assert not HOSTILE.keys() & variables().keys()


@pytest.mark.usefixtures("hostile")
def test_the_process_itself_keeps_no_variable_that_configures_a_library(monkeypatch: pytest.MonkeyPatch) -> None:
    before = dict(os.environ)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    try:
        environment.isolate_variables()
        kept = dict(os.environ)
    finally:
        os.environ.clear()
        os.environ.update(before)
    # Sourcewise ignores the address of another machine in OLLAMA_HOST.
    assert HOSTILE.keys() & kept.keys() == {"OLLAMA_HOST"}
    assert kept["HTTPS_PROXY"] == "http://proxy.example:3128"
    assert kept["ANONYMIZED_TELEMETRY"] == "False"


def test_only_downloads_get_proxies_and_settings_of_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "PIP_INDEX_URL"):
        monkeypatch.setenv(name, "http://here.example")
        assert name in environment.download_variables()
        assert name not in environment.worker_variables()
        assert name not in environment.git_variables()


def test_search_paths_lose_their_empty_and_relative_entries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PATH", "LD_LIBRARY_PATH"):
        monkeypatch.setenv(name, os.pathsep.join(["", ".", "bin", str(tmp_path), ""]))
        assert environment.worker_variables()[name] == str(tmp_path)


def test_a_worker_runs_in_our_folder_with_our_variables(
    hostile: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    worker = Worker("test_environment:Revealing")
    try:
        assert not HOSTILE.keys() & worker.call("variables").keys()
        assert worker.call("folder") == str(environment.PACKAGE_FOLDER)
        assert not {"", ".", str(tmp_path)} & set(worker.call("places"))
    finally:
        worker.close()


@needs_posix
@pytest.mark.parametrize("path", [":{path}", "{path}:", ".:{path}", "bin:{path}", "./bin/../bin:{path}"])
def test_no_program_is_found_by_a_relative_entry(path: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    true = put(tmp_path, "usr/bin/tool", "#!/bin/sh\n", program=True)
    for place in ("workspace/tool", "workspace/bin/tool"):
        put(tmp_path, place, "#!/bin/sh\n", program=True)
    monkeypatch.chdir(tmp_path / "workspace")
    monkeypatch.setenv("PATH", path.format(path=true.parent))
    assert environment.find_program("tool") == str(true)
    monkeypatch.setenv("PATH", path.format(path="/nowhere"))
    assert environment.find_program("tool") is None


@needs_posix
def test_a_program_in_the_workspace_is_ignored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    true = put(tmp_path, "usr/bin/tool", "#!/bin/sh\n", program=True)
    workspace = tmp_path / "workspace"
    put(workspace, "bin/tool", "#!/bin/sh\n", program=True)
    (tmp_path / "outer").mkdir()
    (tmp_path / "outer" / "tool").symlink_to(workspace / "bin" / "tool")
    folders = [workspace / "bin", tmp_path / "outer", true.parent]
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, folders)))
    assert environment.find_program("tool", outside=workspace) == str(true)


def command(*arguments: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {"PATH": os.environ["PATH"], "SOURCEWISE_HOME": str(folder.parent / "data")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=kept | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("variable", [":", ".", "{folder}", "lib:"])
def test_no_module_of_the_current_folder_is_imported(variable: str, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    for module in ("click", "platformdirs", "rich", "logging", "tomllib", "sqlite3", "psutil", "numpy", "filelock"):
        put(workspace, f"{module}.py", f"open({str(tmp_path / 'imported')!r}, 'a').write({module!r})\n")
    variable = variable.format(folder=workspace)
    # Starts like the command that pip installs: Python does not ignore the variable.
    script = put(tmp_path, "bin/sourcewise", "from sourcewise.__main__ import main\nmain()\n")
    done = command(str(script), "status", "--json", folder=workspace, PYTHONPATH=variable)
    assert not (tmp_path / "imported").exists()
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:9"),
        ("all_proxy", "nonsense"),
        ("HTTPS_PROXY", "http://[broken"),
        ("SSL_CERT_FILE", "/nowhere"),
        ("SSL_CERT_DIR", "/nowhere"),
        ("SSLKEYLOGFILE", "/nowhere/keys"),
        ("OLLAMA_HOST", "http://[broken"),
        ("OLLAMA_API_KEY", "wrong\nheader"),
        ("NO_PROXY", "[::"),
        ("REQUESTS_CA_BUNDLE", "/nowhere"),
        ("CURL_CA_BUNDLE", "/nowhere"),
    ],
)
def test_no_variable_of_the_network_ends_a_command(name: str, value: str, tmp_path: Path) -> None:
    (tmp_path / "workspace").mkdir()
    # Every command imports this sooner or later.
    done = command("-EPc", "import sourcewise.llm.ollama", folder=tmp_path / "workspace", **{name: value})
    assert done.returncode == 0, done.stderr


def test_a_relative_data_folder_is_refused(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    put(workspace, "data/settings.toml", 'llm.endpoint = "http://ollama.example"\n')
    done = command("-EP", "-m", "sourcewise", "status", folder=workspace, SOURCEWISE_HOME="data")
    assert done.returncode == 2
    assert "absolute path" in done.stderr
    assert os.listdir(workspace / "data") == ["settings.toml"]
