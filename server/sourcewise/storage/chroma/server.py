"""Chroma as a server that others may share.

Hides how a folder's collections are told from those of other folders: a small file in the folder of the vectors names
the server and an identity that begins the name of every collection. Where that file is missing or names another
server, the vectors are somewhere else and are made again; what they left on that other server stays there.
"""

from __future__ import annotations

import http.client
import json
import uuid
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from sourcewise.errors import StorageError
from sourcewise.storage.chroma.collection import collection_name
from sourcewise.storage.chroma.folder import damaged, throw_away

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from chromadb.api.client import Client

IDENTITY = "server.json"
_CONNECT_SECONDS = 3.0
# A server that hangs must not hold up questions for ever; Chroma's own client would wait.
_ANSWER_SECONDS = 30.0
_PAGE = 100


class ChromaServer:
    """A home for collections; see ChromaHome."""

    def __init__(self, folder: Path, address: str) -> None:
        """Remember the address, `http://host:port`, and the folder that says which collections are ours."""
        self._folder = folder
        self._address = address.rstrip("/")

    def open(self) -> Client:
        """See ChromaHome.open."""
        self._identify()
        return self._connected()

    def close(self, client: Client) -> None:
        """See ChromaHome.close."""
        close_connections(client)
        client.close()

    def check(self) -> None:
        """A server says itself what is gone."""

    def name_of(self, model: str) -> str:
        """See ChromaHome.name_of."""
        return f"{self._prefix}{collection_name(model)}"

    def meaning(self, error: BaseException) -> StorageError:
        """See ChromaHome.meaning."""
        from chromadb.errors import NotFoundError  # noqa: PLC0415 - see ChromaFolder.open

        if isinstance(error, NotFoundError):
            return damaged(self._folder, f"{self._address} has lost them")
        return self._silent(error)

    def throw_away(self) -> None:
        """See ChromaHome.throw_away; of the server's collections only our own are touched."""
        if self._is_identified():
            client = self._connected()
            for name in [name for name in _names(client) if name.startswith(self._prefix)]:
                client.delete_collection(name)
            self.close(client)
        throw_away(self._folder)

    def wants_compacting(self) -> bool:
        """The server looks after its own disk."""
        return False

    def compact(self) -> None:
        """See wants_compacting."""

    def elements(self) -> int:
        """The server looks after its own graphs."""
        return 0

    def _connected(self) -> Client:
        from sourcewise.storage.chroma import clients  # noqa: PLC0415 - see ChromaFolder.open

        host, port, secure = self._parts()
        self._greet(host, port, secure)
        client = clients.connect(host, port, secure=secure)
        cast("Any", client)._server._session.timeout = _ANSWER_SECONDS  # the client's settings know no limit
        return client

    def _parts(self) -> tuple[str, int, bool]:
        try:
            parts = urlsplit(self._address)
            secure = {"http": False, "https": True}[parts.scheme]
            return parts.hostname or "", parts.port or (443 if secure else 8000), secure
        except (KeyError, ValueError) as error:
            raise StorageError(
                f"{self._address} is not the address of a Chroma server.",
                "Write it like http://127.0.0.1:8000, or leave vectors.server empty.",
            ) from error

    def _greet(self, host: str, port: int, secure: bool) -> None:
        """Find out within seconds whether anybody answers: the client itself would wait for ever."""
        connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = connect(host, port, timeout=_CONNECT_SECONDS)
        try:
            connection.request("GET", "/api/v2/heartbeat")
            with connection.getresponse() as response:
                if response.status != http.HTTPStatus.OK:
                    raise self._silent(ConnectionError("it does not speak as Chroma does"))
        except (OSError, http.client.HTTPException) as error:
            raise self._silent(error) from error
        finally:
            connection.close()

    def _silent(self, error: BaseException) -> StorageError:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return StorageError(
            f"The Chroma server at {self._address} does not answer as it should ({reason}).",
            "Start it (chroma run), correct vectors.server, or leave that empty; until then keywords serve questions.",
        )

    # --- identity -----------------------------------------------------------------------------------------

    @property
    def _prefix(self) -> str:
        return f"sourcewise-{json.loads((self._folder / IDENTITY).read_bytes())['identity']}-"

    def _identify(self) -> None:
        """Take the folder for this server, where it is nobody's yet."""
        if self._is_identified():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        if any(self._folder.iterdir()):
            raise damaged(self._folder, f"they are not those at {self._address}")
        written = self._folder / f"{IDENTITY}.new"
        written.write_text(json.dumps({"server": self._address, "identity": uuid.uuid4().hex}), encoding="utf-8")
        written.replace(self._folder / IDENTITY)

    def _is_identified(self) -> bool:
        try:
            known = json.loads((self._folder / IDENTITY).read_bytes())
            return bool(known["server"] == self._address and known["identity"])
        except (OSError, ValueError, KeyError, TypeError):
            return False


def close_connections(client: Any) -> None:
    """Close what a client leaves open when it is closed: its own connections, and those it was made with."""
    for part in (client, client._admin_client):
        part._server._session.close()


def _names(client: Client) -> Iterator[str]:
    offset = 0
    while page := client.list_collections(limit=_PAGE, offset=offset):
        yield from (collection.name for collection in page)
        offset += len(page)
