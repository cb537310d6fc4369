"""One Ollama server: hides its client, and when a connection is open.

What is sent goes to the one endpoint of the settings: no proxy, no redirect is followed, no key is attached. Every
method raises GeneratorError, with a sentence, where the server does not do what it is asked.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import httpx

from sourcewise.errors import SettingsError
from sourcewise.llm.ollama_client import OllamaClient, remote_host
from sourcewise.llm.ollama_failures import OllamaFailures
from sourcewise.llm.ollama_models import InstalledModel, cloud_host

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from ollama import ChatResponse, ProgressResponse

    from sourcewise.settings import Settings

_LOOKUP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class ModelDetails:
    """What the server says about one model.

    Attributes:
        context_length: the most tokens that it was trained for; None if unknown.
        remote_host: the machine that it runs on instead of the server's; empty if on the server's.
    """

    context_length: int | None
    remote_host: str


class OllamaConnection:
    """Opens when it is needed, and again after it was closed."""

    def __init__(self, settings: Settings) -> None:
        """Describe the server; nothing is sent.

        Raises:
            SettingsError: the endpoint is no address.
        """
        self.failures = OllamaFailures(settings)
        self._settings = settings
        self._client: OllamaClient | None = self._new_client()

    async def installed_models(self) -> tuple[InstalledModel, ...]:
        """List what the server has."""
        with self.failures.while_answering(self._settings.model):
            async with asyncio.timeout(_LOOKUP_SECONDS):
                listing = await self._connected().list()
        return tuple(
            InstalledModel(entry.model, int(entry.size or 0), remote_host(entry) or cloud_host(entry.model))
            for entry in listing.models
            if entry.model
        )

    async def details(self, model: str) -> ModelDetails:
        """Look up one model."""
        with self.failures.while_answering(model):
            async with asyncio.timeout(_LOOKUP_SECONDS):
                details = await self._connected().show(model)
        lengths = [value for key, value in (details.modelinfo or {}).items() if key.endswith(".context_length")]
        return ModelDetails(int(lengths[0]) if lengths else None, remote_host(details))

    async def chat(
        self, model: str, expected_host: str, messages: Sequence[dict[str, str]], **how: Any
    ) -> AsyncGenerator[ChatResponse, None]:
        """Stream the parts of an answer up to the last one; closing the stream hangs up.

        Args:
            model: that answers.
            expected_host: the machine that it runs on instead of the server's; empty if on the server's.
            messages: the prompt.
            how: options of the client.

        Raises:
            GeneratorError: the model runs on a machine that was not expected; the answer is given up at once.
        """
        with self.failures.while_answering(model):
            parts = await self._connected().chat(model, messages, stream=True, **how)
            # The client promises an iterator and returns a generator, whose end closes the connection.
            async with aclosing(cast("AsyncGenerator[ChatResponse, None]", parts)) as stream:
                async for part in stream:
                    if (actual := remote_host(part)) not in ("", expected_host):
                        raise self.failures.forwarded(model, actual)
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

    def _connected(self) -> OllamaClient:
        if self._client is None:
            self._client = self._new_client()
        return self._client

    def _new_client(self) -> OllamaClient:
        settings = self._settings
        try:
            return OllamaClient(
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
