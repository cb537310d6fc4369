"""A real HTTP server with the part of the model hub's protocol that downloads need."""

from __future__ import annotations

import hashlib
import json
from http.server import BaseHTTPRequestHandler
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from loopback_server import LoopbackServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"

Repositories = dict[str, dict[str, bytes]]


class HubServer(LoopbackServer):
    """Serves repositories and records the tokens of the requests."""

    def __init__(self, repositories: Repositories) -> None:
        self.tokens: list[str] = []
        super().__init__(_Handler, repositories=repositories, tokens=self.tokens)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    repositories: ClassVar[Repositories]
    tokens: ClassVar[list[str]]

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        self.tokens += filter(None, [self.headers["authorization"]])
        path = unquote(urlsplit(self.path).path).strip("/").split("/")
        match path:
            case [""]:
                self._send(b"hub", {}, with_body=with_body)
            case ["api", "models", owner, name, "revision", _] if f"{owner}/{name}" in self.repositories:
                self._send(self._description(f"{owner}/{name}"), {}, with_body=with_body)
            case ["api", "models", owner, name, "tree", *_] if f"{owner}/{name}" in self.repositories:
                self._send(self._tree(f"{owner}/{name}"), {}, with_body=with_body)
            case [owner, name, "resolve", _, *parts] if "/".join(parts) in self.repositories.get(f"{owner}/{name}", {}):
                data = self.repositories[f"{owner}/{name}"]["/".join(parts)]
                etag = {"ETag": f'"{hashlib.sha256(data).hexdigest()}"', "X-Repo-Commit": COMMIT}
                self._send(data, etag, with_body=with_body)
            case _:
                self._send(b"{}", {"X-Error-Code": "RepoNotFound"}, with_body=with_body, status=404)

    def _description(self, repository: str) -> bytes:
        siblings = [{"rfilename": name} for name in self.repositories[repository]]
        return json.dumps({"id": repository, "sha": COMMIT, "siblings": siblings}).encode()

    def _tree(self, repository: str) -> bytes:
        files = self.repositories[repository].items()
        return json.dumps(
            [{"type": "file", "path": n, "size": len(d), "oid": hashlib.sha1(d).hexdigest()} for n, d in files]
        ).encode()

    def _send(self, data: bytes, headers: dict[str, str], *, with_body: bool, status: int = 200) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Log nothing."""
