"""A real HTTP server with the part of Ollama's protocol that we use, and with scripted misbehaviour."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, ClassVar

from loopback_server import LoopbackServer

if TYPE_CHECKING:
    from collections.abc import Callable

SECOND = 1_000_000_000


@dataclass
class Script:
    """The server's models and behaviour.

    Attributes:
        models: maps a model's name to its size in bytes.
        listed_hosts: maps a model's name to the `remote_host` that `/api/tags` reports.
        shown_hosts: the same for `/api/show`; None makes that request fail.
        shown: further fields of the reply to `/api/show`.
        foreign: the status and body of each reply, as from another server, or `silence`.
        answering_host: the `remote_host` that the parts of an answer report.
        redirect: the address to which `/api/chat` redirects; empty for no redirect.
        pull: the progress records of `/api/pull`; `ending` determines how it ends.
        ending: `done`, `cut` (the connection breaks), `silent` (the stream has no final part), `error` (an error
            object in the stream), `endless`, `never` (no byte is sent), `refuse` (status 500) or `html`.
    """

    models: dict[str, int] = field(default_factory=lambda: {"codellama:latest": 3_800_000_000})
    listed_hosts: dict[str, Any] = field(default_factory=dict)
    shown_hosts: dict[str, Any] | None = field(default_factory=dict)
    shown: dict[str, Any] = field(default_factory=dict)
    foreign: tuple[int, str] | str = ""
    answering_host: str | None = None
    redirect: str = ""
    context_length: int = 16384
    pull: tuple[dict[str, Any], ...] = (
        {"status": "pulling manifest"},
        {"status": "pulling aa", "digest": "sha256:aa", "total": 300, "completed": 100},
        {"status": "pulling aa", "digest": "sha256:aa", "total": 300, "completed": 300},
        {"status": "pulling bb", "digest": "sha256:bb", "total": 100, "completed": 100},
        {"status": "verifying sha256 digest"},
    )
    words: tuple[str, ...] = ("The answer", " is 42", " [1].")
    ending: str = "done"
    done_reason: str = "stop"
    prompt_eval_count: int = 512


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class OllamaServer(LoopbackServer):
    """Behaves as its script specifies, and records the requests."""

    def __init__(self, script: Script | None = None) -> None:
        self.script = script or Script()
        self.requests: list[Request] = []
        self.client_left = threading.Event()
        self.closing = threading.Event()
        super().__init__(_Handler, owner=self)

    def last(self, path: str) -> Request:
        return [request for request in self.requests if request.path == path][-1]

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        super().__exit__()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: ClassVar[OllamaServer]

    def do_GET(self) -> None:
        self._record({})
        if self.owner.script.foreign:
            self._reply_as_another_server()
        elif self.owner.script.ending == "html":
            self._reply_bytes(b"<html>It works!</html>")
        elif self.path == "/api/version":
            self._reply({"version": "0.12.0"})
        elif self.path == "/api/tags":
            hosts = self.owner.script.listed_hosts
            models = self.owner.script.models.items()
            entries = [{"name": name, "model": name, "size": size, **_remote(hosts.get(name))} for name, size in models]
            self._reply({"models": entries})
        else:
            self._reply_bytes(b"404 page not found", 404)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._record(body)
        if self.owner.script.foreign:
            self._reply_as_another_server()
            return
        if self.path == "/api/pull":
            self._stream(self._pull)
            return
        wanted = body["model"] if ":" in body["model"] else f"{body['model']}:latest"
        if wanted not in self.owner.script.models:
            self._reply({"error": f"model '{body['model']}' not found"}, 404)
        elif self.path == "/api/show":
            self._show(wanted)
        elif self.owner.script.redirect:
            self._reply_bytes(b"", 307, {"Location": self.owner.script.redirect})
        elif self.owner.script.ending == "refuse":
            self._reply({"error": "model requires more system memory (7.2 GiB) than is available (2.1 GiB)"}, 500)
        elif self.owner.script.ending == "never":
            self.owner.closing.wait()
        else:
            self._stream(self._speak)

    def _reply_as_another_server(self) -> None:
        foreign = self.owner.script.foreign
        if isinstance(foreign, str):
            self.owner.closing.wait()
            return
        status, body = foreign
        location = {"Location": "https://login.example/start"} if 300 <= status < 400 else {}
        self._reply_bytes(body.encode(), status, location)

    def _show(self, model: str) -> None:
        script = self.owner.script
        if script.shown_hosts is None:
            self._reply({"error": "internal error"}, 500)
            return
        length = {"llama.context_length": script.context_length}
        self._reply({"model_info": length, **script.shown, **_remote(script.shown_hosts.get(model))})

    def _stream(self, speak: Callable[[], None]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            speak()
        except OSError:
            self.owner.client_left.set()
            self.close_connection = True

    def _pull(self) -> None:
        script = self.owner.script
        for step in script.pull:
            self._part(step)
        if script.ending == "endless":
            while not self.owner.closing.wait(0.005):
                self._part(script.pull[-1])
        elif script.ending == "done":
            script.models[self.owner.requests[-1].body["model"]] = 400
            self._part({"status": "success"})
        self._chunk(b"")

    def _speak(self) -> None:
        script = self.owner.script
        for word in script.words:
            part = {"message": {"role": "assistant", "content": word}, "done": False}
            self._part({**part, **_remote(script.answering_host)})
        match script.ending:
            case "done":
                self._part(self._last_part())
            case "error":
                self._part({"error": "an error was encountered while running the model: unexpected EOF"})
            case "endless":
                self._speak_until_the_client_leaves()
        if script.ending == "cut":
            self.close_connection = True
        else:
            self._chunk(b"")

    def _last_part(self) -> dict[str, Any]:
        script = self.owner.script
        return {
            "message": {"role": "assistant", "content": ""},
            "done": True,
            "done_reason": script.done_reason,
            "prompt_eval_count": script.prompt_eval_count,
            "prompt_eval_duration": 2 * SECOND,
            "eval_count": len(script.words),
            "eval_duration": SECOND // 2,
        }

    def _speak_until_the_client_leaves(self) -> None:
        while not self.owner.closing.wait(0.005):
            self._part({"message": {"role": "assistant", "content": " word"}, "done": False})

    def _part(self, part: dict[str, Any]) -> None:
        self._chunk(json.dumps(part).encode() + b"\n")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _reply(self, value: dict[str, Any], status: int = 200) -> None:
        self._reply_bytes(json.dumps(value).encode(), status)

    def _reply_bytes(self, data: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _record(self, body: dict[str, Any]) -> None:
        self.owner.requests.append(Request(self.path, {k.lower(): v for k, v in self.headers.items()}, body))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Log nothing."""


def _remote(host: Any) -> dict[str, Any]:
    """Return the fields with which Ollama reports a model that runs on a remote host; none for None."""
    return {} if host is None else {"remote_host": host, "remote_model": "gpt-oss:120b" if host else ""}
