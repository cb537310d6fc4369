"""Chroma on a server that other programs may share.

Hides how to distinguish a folder's collections from those of other folders: a small file in the vectors' folder names
the server and an identity, which is the prefix of every collection name. If that file is missing or names another
server, the vectors are restored; old ones on the other server stay there.
"""

from __future__ import annotations

import http.client
import json
import uuid
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from sourcewise.errors import StorageError
from sourcewise.storage.chroma.collection import collection_name
from sourcewise.storage.chroma.folder import damaged, delete_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from chromadb.api.client import Client

IDENTITY = "server.json"
_CONNECT_SECONDS = 3.0
# A server that hangs must not block questions forever; Chroma's own client has no timeout.
_ANSWER_SECONDS = 30.0
_PAGE = 100


class ChromaServer:
    """A location of collections; see ChromaLocation."""

    def __init__(self, folder: Path, address: str) -> None:
        """Remember the address, `http://host:port`, and the folder that records which collections are ours."""
        self._folder = folder
        self._address = address.rstrip("/")

    def open(self) -> Client:
        """See ChromaLocation.open."""
        self._identify()
        return self._connected()

    def close(self, client: Client) -> None:
        """See ChromaLocation.close."""
        close_connections(client)
        client.close()

    def check(self) -> None:
        """See ChromaLocation.check. Nothing to check: the server itself reports missing collections."""

    def name_of(self, model: str) -> str:
        """See ChromaLocation.name_of."""
        return f"{self._prefix}{collection_name(model)}"

    def translated(self, error: BaseException) -> StorageError:
        """See ChromaLocation.translated."""
        from chromadb.errors import NotFoundError  # noqa: PLC0415 - see ChromaFolder.open

        if isinstance(error, NotFoundError):
            return damaged(self._folder, f"{self._address} no longer has them")
        return self._unusable(error)

    def delete_all(self) -> None:
        """See ChromaLocation.delete_all; other collections on the server stay."""
        if self._is_identified():
            client = self._connected()
            for name in [name for name in _names(client) if name.startswith(self._prefix)]:
                client.delete_collection(name)
            self.close(client)
        delete_folder(self._folder)

    def wants_compacting(self) -> bool:
        """See ChromaLocation.wants_compacting. The server manages its own disk."""
        return False

    def compact(self) -> None:
        """See wants_compacting."""

    def elements(self) -> int:
        """See ChromaLocation.elements. The server manages its own graphs."""
        return 0

    def _connected(self) -> Client:
        from sourcewise.storage.chroma import clients  # noqa: PLC0415 - see ChromaFolder.open

        host, port, secure = self._parts()
        self._check_heartbeat(host, port, secure)
        client = clients.connect(host, port, secure=secure)
        cast("Any", client)._server._session.timeout = _ANSWER_SECONDS  # the client's settings have no timeout
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

    def _check_heartbeat(self, host: str, port: int, secure: bool) -> None:
        """Raise StorageError within seconds if no Chroma server answers: the client itself would wait forever."""
        connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = connect(host, port, timeout=_CONNECT_SECONDS)
        try:
            connection.request("GET", "/api/v2/heartbeat")
            with connection.getresponse() as response:
                if response.status != http.HTTPStatus.OK:
                    raise self._unusable(ConnectionError("it is not a Chroma server"))
        except (OSError, http.client.HTTPException) as error:
            raise self._unusable(error) from error
        finally:
            connection.close()

    def _unusable(self, error: BaseException) -> StorageError:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return StorageError(
            f"The Chroma server at {self._address} cannot be used ({reason}).",
            "Start it (chroma run), or correct or clear vectors.server. Until then, only keyword search is used.",
        )

    # --- identity -----------------------------------------------------------------------------------------

    @property
    def _prefix(self) -> str:
        return f"sourcewise-{json.loads((self._folder / IDENTITY).read_bytes())['identity']}-"

    def _identify(self) -> None:
        """Record the server and a new identity in the folder if it is empty."""
        if self._is_identified():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        if any(self._folder.iterdir()):
            raise damaged(self._folder, f"they are not on {self._address}")
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
    """Close the connections that a client leaves open: its own, and those of its admin client."""
    for part in (client, client._admin_client):
        part._server._session.close()


def _names(client: Client) -> Iterator[str]:
    offset = 0
    while page := client.list_collections(limit=_PAGE, offset=offset):
        yield from (collection.name for collection in page)
        offset += len(page)
