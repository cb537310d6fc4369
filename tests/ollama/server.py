"""A small server with Ollama's HTTP API and a real small model, for tests on machines without Ollama.

    python tests/ollama/server.py --port 0 --model-name codellama

Prints its address when it is ready. Hides the format of Ollama's streams; `small_model` runs the model.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import select
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from parrot import Parrot
from small_model import ModelError, SmallModel

from sourcewise.paths import DataPaths
from sourcewise.weights import WeightsStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WEIGHTS = "smollm2-135m-instruct"
VERSION = "0.13.0"
PARROT = "parrot:latest"
_NANOSECONDS = 1_000_000_000
_PULL_STEPS = 20

Record = dict[str, Any]


class RefusalError(Exception):
    """An error that Ollama answers with an HTTP status instead of a result."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Library:
    """The models that this server offers, and those that are pulled.

    Attributes:
        names: the models that can be pulled. `parrot` repeats quoted text; all others are the same small model.
        pulled: the models that are pulled.
        context_tokens: the context length, for prompt and answer together.
        longest_answer: the most tokens of an answer; a request may ask for fewer.
        pull_seconds: the duration of a download.
        threads: processor threads; 0 means one per physical core.
    """

    names: frozenset[str]
    pulled: set[str] = field(default_factory=set)
    context_tokens: int = 2048
    longest_answer: int = 160
    pull_seconds: float = 2.0
    threads: int = 0

    @cached_property
    def file(self) -> Path:
        """The weights, downloaded if they are missing."""
        return WeightsStore(DataPaths.default().models).ensure(WEIGHTS)

    def model(self, name: str) -> SmallModel | Parrot:
        """Return the loaded model with the given full name."""
        return Parrot() if name == PARROT else self._small_model

    @cached_property
    def _small_model(self) -> SmallModel:
        return SmallModel(self.file, self.context_tokens, self.threads)

    def require(self, name: str) -> str:
        """Return the full name of a pulled model.

        Raises:
            RefusalError: the model is not pulled.
        """
        if full_name(name) not in self.pulled:
            raise RefusalError(404, f"model '{name}' not found")
        return full_name(name)

    def tags(self) -> Record:
        """List the pulled models."""
        return {"models": [self._tag(name) for name in sorted(self.pulled)]}

    def _tag(self, name: str) -> Record:
        return {
            "name": name,
            "model": name,
            "modified_at": _now(),
            "size": self.file.stat().st_size,
            "digest": hashlib.sha256(name.encode()).hexdigest(),
            "details": self._details(),
        }

    def _details(self) -> Record:
        return {
            "format": "gguf",
            "family": "llama",
            "families": ["llama"],
            "parameter_size": "134.52M",
            "quantization_level": "Q4_1",
        }

    def show(self, name: str) -> Record:
        """Describe a model.

        Raises:
            RefusalError: the model is not pulled.
        """
        self.require(name)
        return {
            "details": self._details(),
            "model_info": {"general.architecture": "llama", "llama.context_length": self.context_tokens},
            "capabilities": ["completion"],
            "modified_at": _now(),
        }

    def pull(self, name: str) -> Iterator[Record]:
        """Yield Ollama's progress records of a download, and mark the model as pulled."""
        yield {"status": "pulling manifest"}
        if full_name(name) not in self.names:
            yield {"error": "pull model manifest: file does not exist"}
            return
        total = self.file.stat().st_size
        digest = hashlib.sha256(full_name(name).encode()).hexdigest()
        layer = {"status": f"pulling {digest[:12]}", "digest": f"sha256:{digest}", "total": total}
        for step in range(_PULL_STEPS + 1):
            yield {**layer, "completed": total * step // _PULL_STEPS}
            time.sleep(self.pull_seconds / _PULL_STEPS)
        yield {"status": "verifying sha256 digest"}
        yield {"status": "writing manifest"}
        self.pulled.add(full_name(name))
        yield {"status": "success"}


def full_name(name: str) -> str:
    """Return the name with its tag; no tag means `latest`."""
    return name if ":" in name else f"{name}:latest"


class OllamaServer(ThreadingHTTPServer):
    """Serves on the loopback address."""

    daemon_threads = True

    def __init__(self, port: int, library: Library) -> None:
        """Bind the port; 0 chooses a free one."""
        super().__init__(("127.0.0.1", port), _Handler)
        self.library = library
        self.running_chats = 0
        self.changed = threading.Condition()

    @property
    def endpoint(self) -> str:
        """The address for clients."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print the error, unless a client merely disconnected."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def count_chat(self, difference: int) -> None:
        """Update the number of running answers: +1 when one begins, -1 when it ends."""
        with self.changed:
            self.running_chats += difference
            self.changed.notify_all()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: OllamaServer

    def do_GET(self) -> None:
        self._answer({"/api/tags": self._tags, "/api/version": self._version})

    def do_POST(self) -> None:
        self._answer({"/api/show": self._show, "/api/chat": self._chat, "/api/pull": self._pull})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Log nothing, so that the first line of output is the address that the tests read."""

    def _answer(self, routes: dict[str, Any]) -> None:
        try:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
            if self.path not in routes:
                raise RefusalError(404, "404 page not found")
            routes[self.path](body)
        except RefusalError as refusal:
            self._send_json({"error": str(refusal)}, refusal.status)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _version(self, _body: Record) -> None:
        self._send_json({"version": VERSION})

    def _tags(self, _body: Record) -> None:
        self._send_json(self.server.library.tags())

    def _show(self, body: Record) -> None:
        self._send_json(self.server.library.show(_model_of(body)))

    def _pull(self, body: Record) -> None:
        self._send(self.server.library.pull(_model_of(body)), stream=body.get("stream", True))

    def _chat(self, body: Record) -> None:
        name = self.server.library.require(_model_of(body))
        self.server.count_chat(+1)
        try:
            self._send(self._chat_records(name, body), stream=body.get("stream", True))
        finally:
            self.server.count_chat(-1)

    def _chat_records(self, name: str, body: Record) -> Iterator[Record]:
        library, options = self.server.library, body.get("options") or {}
        began = time.monotonic()
        parts = library.model(name).chat(
            [{"role": message["role"], "content": message["content"]} for message in body["messages"]],
            min(int(options.get("num_predict", library.longest_answer)), library.longest_answer),
            float(options.get("temperature", 0.8)),
            self._client_disconnected,
        )
        envelope = {"model": name, "created_at": _now()}
        counts: Record = {"done_reason": "stop"}
        try:
            for part in parts:
                counts |= _counts(part)
                if text := _text(part):
                    yield {**envelope, "message": {"role": "assistant", "content": text}, "done": False}
        except ModelError as error:
            yield {"error": str(error)}
            return
        duration = int((time.monotonic() - began) * _NANOSECONDS)
        last = {"message": {"role": "assistant", "content": ""}, "done": True, "total_duration": duration}
        yield {**envelope, **last, **counts}

    def _client_disconnected(self) -> bool:
        """Return whether the client has disconnected, even while nothing is written."""
        try:
            readable, _, _ = select.select([self.connection], [], [], 0)
            return bool(readable) and self.connection.recv(1, socket.MSG_PEEK) == b""
        except OSError:
            return True

    def _send(self, records: Iterator[Record], *, stream: bool) -> None:
        if stream:
            self._send_stream(records)
        else:
            self._send_json(_joined(list(records)))

    def _send_json(self, value: Record, status: int = 200) -> None:
        content = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _send_stream(self, records: Iterator[Record]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for record in records:
            line = json.dumps(record).encode() + b"\n"
            self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
        self.wfile.write(b"0\r\n\r\n")


def _model_of(body: Record) -> str:
    name = body.get("model") or body.get("name")
    if not isinstance(name, str):
        raise RefusalError(400, "model is required")
    return name


def _text(part: Record) -> str:
    return "".join(choice["delta"].get("content") or "" for choice in part.get("choices", ()))


def _counts(part: Record) -> Record:
    """Return the counts and durations in a part, under Ollama's names."""
    counts: Record = {}
    for choice in part.get("choices", ()):
        if reason := choice.get("finish_reason"):
            counts["done_reason"] = reason
    if usage := part.get("usage"):
        counts |= {"prompt_eval_count": usage["prompt_tokens"], "eval_count": usage["completion_tokens"]}
    if timings := part.get("timings"):
        counts["prompt_eval_duration"] = int(timings["prompt_ms"] * _NANOSECONDS / 1000)
        counts["eval_duration"] = int(timings["predicted_ms"] * _NANOSECONDS / 1000)
    return counts


def _joined(records: list[Record]) -> Record:
    """Join the records of a stream into the one object of a response without streaming."""
    text = "".join(record.get("message", {}).get("content", "") for record in records)
    last = records[-1]
    return {**last, "message": {"role": "assistant", "content": text}} if "message" in last else last


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--port", type=int, default=0, help="0 chooses a free port")
    parser.add_argument("--model-name", action="append", required=True, help="a model to offer; may be repeated")
    parser.add_argument("--not-pulled", action="store_true", help="start with no model pulled")
    parser.add_argument("--context-tokens", type=int, default=2048)
    parser.add_argument("--longest-answer", type=int, default=160, help="in tokens")
    parser.add_argument("--pull-seconds", type=float, default=2.0, help="the duration of a download")
    parser.add_argument("--threads", type=int, default=0)
    return parser.parse_args()


def main() -> None:
    """Serve until the process is terminated."""
    arguments = _arguments()
    names = frozenset(map(full_name, arguments.model_name))
    library = Library(
        names,
        set() if arguments.not_pulled else set(names),
        arguments.context_tokens,
        arguments.longest_answer,
        arguments.pull_seconds,
        arguments.threads,
    )
    server = OllamaServer(arguments.port, library)
    print(f"listening on {server.endpoint}", flush=True)  # noqa: T201 - for the parent process
    server.serve_forever()


if __name__ == "__main__":
    main()
