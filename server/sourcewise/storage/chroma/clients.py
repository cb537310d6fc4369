"""Chroma's clients, made so that only their caller decides where they connect and nothing that they are told is loaded.

Chroma reads its settings from the environment and from a file `.env` in the current folder: which class to make, which
host to send vectors to. And it builds the embedding function that the description of a collection names, which can load
any model and, with it, code. Ours read neither, know no embedding function, and strike out what a description names.

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

# Chroma looks here for what a collection names; our vectors come from elsewhere, so nothing has to be found.
embedding_functions.known_embedding_functions.clear()
embedding_functions.sparse_known_embedding_functions.clear()

# How Chroma writes that there is no embedding function, or none that it could build.
_NOTHING = {"type": "legacy"}
_NO_FUNCTION = frozenset({"legacy", "unknown"})


class _GivenSettings(config.Settings):
    """Chroma's settings as they are given; neither variables nor files are read."""

    model_config = {"env_file": None}  # noqa: RUF012 - pydantic merges it with Chroma's

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic names them all
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what the constructor gets, and nothing else."""
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
    """Return the collection with every embedding function struck out of its description, which a server wrote."""
    described = collection._model
    for part in _parts([described.configuration_json, described.serialized_schema]):
        named = part.get("embedding_function")
        if named and not (isinstance(named, dict) and named.get("type") in _NO_FUNCTION):
            logger.warning(
                "The collection %r names an embedding function, which is ignored: %.200r", described.name, named
            )
            part["embedding_function"] = dict(_NOTHING)
    return collection


def _settings(implementation: str) -> config.Settings:
    return _GivenSettings(
        chroma_api_impl=implementation,
        anonymized_telemetry=False,
        chroma_otel_collection_endpoint="",
    )


def _parts(described: Any) -> Iterator[dict[str, Any]]:
    """Yield each JSON object in a description, however deep."""
    pending = [described]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            yield part
            pending.extend(part.values())
        elif isinstance(part, list):
            pending.extend(part)
