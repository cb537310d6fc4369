"""Connects to one Ollama server.

Requests go only to the endpoint: Sourcewise uses no proxy, follows no redirect and attaches no key. Every method raises
GeneratorError if the server cannot be reached or refuses the request.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import httpx

from sourcewise.errors import SettingsError
from sourcewise.llm.ollama_client import OllamaClient, has_chat_template, remote_host
from sourcewise.llm.ollama_endpoint import ollama_endpoint
from sourcewise.llm.ollama_failures import OllamaFailures
from sourcewise.llm.ollama_models import InstalledModel, cloud_host

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from ollama import ChatResponse, ProgressResponse

    from sourcewise.settings import Settings

_LOOKUP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class ModelDetails:
    """The details of one model.

    Attributes:
        context_length: the context length that it was trained for, in tokens; None if unknown.
        remote_host: the other machine that it runs on; empty if it runs on the machine of the server.
        has_chat_template: whether Ollama formats the prompt with a chat template.
    """

    context_length: int | None
    remote_host: str
    has_chat_template: bool


class OllamaConnection:
    """A connection that opens with the first request, and again after `close`."""

    def __init__(self, settings: Settings) -> None:
        """Describe the connection, without opening it.

        Raises:
            SettingsError: the endpoint is not a valid address.
        """
        self.endpoint = ollama_endpoint(settings)
        self.failures = OllamaFailures(settings, self.endpoint)
        self._settings = settings
        self._client: OllamaClient | None = self._new_client()

    async def installed_models(self) -> tuple[InstalledModel, ...]:
        """Return the installed models."""
        with self.failures.while_answering(self._settings.model):
            async with asyncio.timeout(_LOOKUP_SECONDS):
                listing = await self._connected().list()
        return tuple(
            InstalledModel(entry.model, int(entry.size or 0), remote_host(entry) or cloud_host(entry.model))
            for entry in listing.models
            if entry.model
        )

    async def details(self, model: str) -> ModelDetails:
        """Return the details of a model."""
        with self.failures.while_answering(model):
            async with asyncio.timeout(_LOOKUP_SECONDS):
                details = await self._connected().show(model)
        lengths = [value for key, value in (details.modelinfo or {}).items() if key.endswith(".context_length")]
        return ModelDetails(int(lengths[0]) if lengths else None, remote_host(details), has_chat_template(details))

    async def chat(
        self, model: str, expected_host: str, messages: Sequence[dict[str, str]], **how: Any
    ) -> AsyncGenerator[ChatResponse, None]:
        """Stream the parts of an answer up to the last one; closing the stream ends the request.

        Args:
            model: the model that answers.
            expected_host: the machine that it runs on instead of the server's; empty if it runs on the server's.
            messages: the prompt.
            how: options of the client.

        Raises:
            GeneratorError: the server cannot answer, or the model runs on an unexpected machine; the answer then stops
                at once.
        """
        with self.failures.while_answering(model):
            parts = await self._connected().chat(model, messages, stream=True, **how)
            # The client declares an iterator but returns a generator; closing it ends the request.
            async with aclosing(cast("AsyncGenerator[ChatResponse, None]", parts)) as stream:
                async for part in stream:
                    if (actual := remote_host(part)) not in ("", expected_host):
                        raise self.failures.forwarded(model, actual)
                    yield part
                    if part.done:
                        return
        raise self.failures.broken_answer(model)

    async def pull(self, model: str) -> AsyncGenerator[ProgressResponse, None]:
        """Download a model to the server, and stream the progress; closing the stream stops the download."""
        with self.failures.while_pulling(model):
            parts = await self._connected().pull(model, stream=True)
            async with aclosing(cast("AsyncGenerator[ProgressResponse, None]", parts)) as stream:
                async for part in stream:
                    if part.status == "success":
                        return
                    yield part
        raise self.failures.broken_pull(model)

    async def close(self) -> None:
        """Close the connection."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()  # type: ignore[no-untyped-call]

    def _connected(self) -> OllamaClient:
        if self._client is None:
            self._client = self._new_client()
        return self._client

    def _new_client(self) -> OllamaClient:
        settings = self._settings
        try:
            return OllamaClient(
                host=self.endpoint.address,
                timeout=httpx.Timeout(settings.answer_seconds, connect=settings.connect_seconds),
                follow_redirects=False,
                trust_env=False,
                auth=_without_key,
            )
        except (ValueError, httpx.InvalidURL) as error:
            raise SettingsError(
                f"The Ollama address {self.endpoint.address!r} is invalid: {error}.",
                "Set llm.endpoint to an address such as http://127.0.0.1:11434.",
            ) from error


def _without_key(request: httpx.Request) -> httpx.Request:
    """Remove OLLAMA_API_KEY, which the client sends to every host although it belongs to ollama.com."""
    request.headers.pop("authorization", None)
    return request
