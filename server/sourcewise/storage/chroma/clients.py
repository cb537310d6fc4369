"""Creates Chroma clients that connect only where the caller says and never load code that a collection names.

Chroma reads settings from the environment and from a `.env` file in the current folder, such as the class to create and
the host to send vectors to. It also builds the embedding function that the description of a collection names, which can
load any model and run its code. These clients read no such settings, know no embedding function, and remove embedding
functions from descriptions.

Importing this module imports Chroma, which takes a second.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, cast

import chromadb
from chromadb import config
from chromadb.utils import embedding_functions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection
    from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

logger = logging.getLogger(__name__)

# Chroma looks up embedding functions here. Sourcewise computes vectors itself, so Chroma needs none.
embedding_functions.known_embedding_functions.clear()
embedding_functions.sparse_known_embedding_functions.clear()

# Chroma's notation for "no embedding function", and for one that it cannot build.
_NOTHING = {"type": "legacy"}
_NO_FUNCTION = frozenset({"legacy", "unknown"})


class _GivenSettings(config.Settings):
    """Chroma's settings from the constructor only; reads neither variables nor files."""

    model_config = {"env_file": None}  # noqa: RUF012 - pydantic merges it with Chroma's

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic passes them all by name
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Use only the constructor's arguments."""
        return (init_settings,)


def open_folder(folder: Path) -> Client:
    """Open the collections in a folder of this machine."""
    settings = _settings("chromadb.api.rust.RustBindingsAPI")
    return cast("Client", chromadb.PersistentClient(path=str(folder), settings=settings))


def connect(host: str, port: int, *, secure: bool) -> Client:
    """Connect to a Chroma server."""
    settings = _settings("chromadb.api.fastapi.FastAPI")
    return cast("Client", chromadb.HttpClient(host, port, secure, settings=settings))


def without_embedding_functions(collection: Collection) -> Collection:
    """Remove every embedding function from the description of a collection, which a server wrote."""
    described = collection._model
    for part in _parts([described.configuration_json, described.serialized_schema]):
        named = part.get("embedding_function")
        if named and not (isinstance(named, dict) and named.get("type") in _NO_FUNCTION):
            logger.warning("Ignored the embedding function that the collection %r names: %.200r", described.name, named)
            part["embedding_function"] = dict(_NOTHING)
    return collection


def _settings(implementation: str) -> config.Settings:
    return _GivenSettings(
        chroma_api_impl=implementation,
        anonymized_telemetry=False,
        chroma_otel_collection_endpoint="",
    )


def _parts(described: Any) -> Iterator[dict[str, Any]]:
    """Yield each JSON object in a description, at any depth."""
    pending = [described]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            yield part
            pending.extend(part.values())
        elif isinstance(part, list):
            pending.extend(part)
