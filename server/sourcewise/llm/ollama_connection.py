"""One Ollama server: hides its client, and when a connection is open.

What is sent goes to the one endpoint of the settings: no proxy, no redirect is followed, no key is attached. Every
method raises GeneratorError, with a sentence, where the server does not do what it is asked.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, cast

import httpx

from sourcewise.errors import GeneratorError, SettingsError
from sourcewise.llm.ollama_client import AsyncClient
from sourcewise.llm.ollama_failures import OllamaFailures
from sourcewise.llm.ollama_models import InstalledModel

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from ollama import ChatResponse, ProgressResponse

    from sourcewise.settings import Settings

_LOOKUP_SECONDS = 10.0


class OllamaConnection:
    """Opens when it is needed, and again after it was closed."""

    def __init__(self, settings: Settings) -> None:
        """Describe the server; nothing is sent.

        Raises:
            SettingsError: the endpoint is no address.
        """
        self.failures = OllamaFailures(settings)
        self._settings = settings
        self._client: AsyncClient | None = self._new_client()

    async def installed_models(self) -> tuple[InstalledModel, ...]:
        """List what the server has."""
        with self.failures.while_answering(self._settings.model):
            async with asyncio.timeout(_LOOKUP_SECONDS):
                listing = await self._connected().list()
        return tuple(InstalledModel(entry.model, int(entry.size or 0)) for entry in listing.models if entry.model)

    async def trained_length(self, model: str) -> int | None:
        """Return the most tokens that a model was trained for, or None where the server does not say."""
        try:
            with self.failures.while_answering(model):
                async with asyncio.timeout(_LOOKUP_SECONDS):
                    details = await self._connected().show(model)
        except GeneratorError:
            return None
        lengths = [value for key, value in (details.modelinfo or {}).items() if key.endswith(".context_length")]
        return int(lengths[0]) if lengths else None

    async def chat(
        self, model: str, messages: Sequence[dict[str, str]], **how: Any
    ) -> AsyncGenerator[ChatResponse, None]:
        """Stream the parts of an answer up to the last one; closing the stream hangs up."""
        with self.failures.while_answering(model):
            parts = await self._connected().chat(model, messages, stream=True, **how)
            # The client promises an iterator and returns a generator, whose end closes the connection.
            async with aclosing(cast("AsyncGenerator[ChatResponse, None]", parts)) as stream:
                async for part in stream:
                    yield part
                    if part.done:
                        return
        raise self.failures.broken_answer(model)

    async def pull(self, model: str) -> AsyncGenerator[ProgressResponse, None]:
        """Have the server download a model, and stream how far it is until it is there; closing the stream stops it."""
        with self.failures.while_pulling(model):
            parts = await self._connected().pull(model, stream=True)
            async with aclosing(cast("AsyncGenerator[ProgressResponse, None]", parts)) as stream:
                async for part in stream:
                    if part.status == "success":
                        return
                    yield part
        raise self.failures.broken_pull(model)

    async def close(self) -> None:
        """Let go of the connection."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()  # type: ignore[no-untyped-call]

    def _connected(self) -> AsyncClient:
        if self._client is None:
            self._client = self._new_client()
        return self._client

    def _new_client(self) -> AsyncClient:
        settings = self._settings
        try:
            return AsyncClient(
                host=settings.endpoint,
                timeout=httpx.Timeout(settings.answer_seconds, connect=settings.connect_seconds),
                follow_redirects=False,
                trust_env=False,
                auth=_without_key,
            )
        except (ValueError, httpx.InvalidURL) as error:
            raise SettingsError(
                f"The Ollama address {settings.endpoint!r} cannot be read: {error}.",
                "Write llm.endpoint like http://127.0.0.1:11434.",
            ) from error


def _without_key(request: httpx.Request) -> httpx.Request:
    """The client attaches OLLAMA_API_KEY to whatever host it talks to; that key is meant for one only."""
    request.headers.pop("authorization", None)
    return request
