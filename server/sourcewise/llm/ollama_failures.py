"""Translates the errors of Ollama's client into messages with a next step."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx

from sourcewise.errors import (
    GeneratorError,
    GeneratorInterruptedError,
    GeneratorModelMissingError,
    GeneratorSlowError,
    GeneratorUnreachableError,
)
from sourcewise.llm.ollama_client import ResponseError, UnexpectedStatusError
from sourcewise.llm.ollama_models import pull_advice
from sourcewise.processes.environment import find_program
from sourcewise.processes.loopback import origin_of
from sourcewise.settings import DEFAULT_ENDPOINT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sourcewise.llm.ollama_endpoint import OllamaEndpoint
    from sourcewise.llm.ollama_models import InstalledModel
    from sourcewise.settings import Settings

_LIBRARY = "https://ollama.com/library"
_LOGIN_REQUIRED = (401, 403, 407)
_GATEWAY_FAILURES = (502, 503, 504)


class OllamaFailures:
    """The errors of one server."""

    def __init__(self, settings: Settings, endpoint: OllamaEndpoint) -> None:
        """Use the time limits of the settings, and the address of the server."""
        self._settings = settings
        self._endpoint = endpoint

    @contextmanager
    def while_answering(self, model: str) -> Iterator[None]:
        """Translate the errors of a request about a model."""
        with self._translated(model, self.broken_answer(model), self._refused_answer):
            yield

    @contextmanager
    def while_pulling(self, model: str) -> Iterator[None]:
        """Translate the errors of a download by the server."""
        with self._translated(model, self.broken_pull(model), _refused_pull):
            yield

    def broken_answer(self, model: str) -> GeneratorError:
        """Return the error for a connection that closes in the middle of an answer."""
        return GeneratorInterruptedError(
            f"Ollama closed the connection in the middle of the answer of {model}.",
            "Ask again. If it happens again, the model may need more memory: choose a smaller one (llm.model).",
        )

    def forwarded(self, model: str, host: str) -> GeneratorError:
        """Return the error for a prompt that the server unexpectedly forwarded to another machine."""
        return GeneratorError(
            f"Ollama forwarded the question to {host}, where {model} runs, without reporting that before. "
            "Sourcewise stopped the answer.",
            "Choose another model (llm.model).",
        )

    def broken_pull(self, model: str) -> GeneratorError:
        """Return the error for a connection that closes in the middle of a download."""
        return GeneratorInterruptedError(
            f"Ollama closed the connection in the middle of the download of {model}.",
            "Try again. The download resumes where it stopped.",
        )

    @property
    def about_ignored_host(self) -> tuple[str, ...]:
        """A notice if OLLAMA_HOST names another machine."""
        host = self._endpoint.ignored
        notice = f"Sourcewise ignores OLLAMA_HOST, since {host} is another machine. To use it, set llm.endpoint."
        return (notice,) if host else ()

    @property
    def looks_uninstalled(self) -> bool:
        """Whether Ollama is probably not installed: no address is configured, and its program is not on the path."""
        configured = self._endpoint.source or self._endpoint.ignored
        return not configured and find_program("ollama") is None

    @contextmanager
    def _translated(
        self, model: str, broken: GeneratorError, refused: Callable[[str, ResponseError], GeneratorError]
    ) -> Iterator[None]:
        try:
            yield
        except (ConnectionError, httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise self._unreachable(model) from error
        except TimeoutError as error:
            raise self._busy() from error
        except httpx.TimeoutException as error:
            raise self._slow(model) from error
        except httpx.TransportError as error:
            raise broken from error
        except UnexpectedStatusError as error:
            raise self._unexpected(error) from error
        except ResponseError as error:
            raise refused(model, error) from error
        except (ValueError, TypeError, AttributeError, httpx.InvalidURL) as error:
            # The client reads replies without checking the types in them.
            raise self._not_ollama() from error

    def _unreachable(self, model: str) -> GeneratorUnreachableError:
        address = self._endpoint.address
        if self.looks_uninstalled:
            return GeneratorUnreachableError(
                f"Ollama is not installed (no server responds at {address}).",
                f"Install it from https://ollama.com/download, then run: {pull_advice(model)}",
            )
        remedy = f"correct {self._endpoint.source or 'llm.endpoint'}."
        return GeneratorUnreachableError(
            f"Ollama does not respond at {address}.",
            " ".join((f"Start it with `ollama serve`, or {remedy}", *self.about_ignored_host)),
        )

    def _busy(self) -> GeneratorSlowError:
        return GeneratorSlowError(
            f"Ollama at {self._endpoint.address} accepts connections but does not reply.",
            "Restart Ollama, or try again later.",
        )

    def _slow(self, model: str) -> GeneratorSlowError:
        return GeneratorSlowError(
            f"{model} produced no text for {self._settings.answer_seconds:g} seconds.",
            "Choose a smaller model (llm.model), or raise llm.answerSeconds.",
        )

    def _unexpected(self, error: UnexpectedStatusError) -> GeneratorError:
        """Return the error for a proxy, or for another server at the address. Its own words are not shown."""
        address, status = self._endpoint.address, error.status
        if 300 <= status < 400:
            target = f" to {origin_of(error.location)}" if "//" in error.location else ""
            return GeneratorError(
                f"The server at {address} redirects{target}, and Sourcewise follows no redirects.",
                "Set llm.endpoint to the address of Ollama itself.",
            )
        if status in _LOGIN_REQUIRED:
            return GeneratorError(
                f"The server at {address} requires a login (status {status}).",
                "Set llm.endpoint to an Ollama server without a login.",
            )
        if status in _GATEWAY_FAILURES:
            return GeneratorError(
                f"A proxy at {address} cannot reach Ollama (status {status}).",
                "Check that Ollama is running, or set llm.endpoint to its own address.",
            )
        return self._not_ollama(f" (status {status})")

    def _not_ollama(self, detail: str = "") -> GeneratorError:
        return GeneratorError(
            f"The server at {self._endpoint.address} does not reply like Ollama{detail}.",
            f"Check {self._endpoint.source or 'llm.endpoint'}. The default address of Ollama is {DEFAULT_ENDPOINT}.",
        )

    def _refused_answer(self, model: str, error: ResponseError) -> GeneratorError:
        if error.status_code == 404:
            return missing(model, ()) if "model" in error.error else self._not_ollama()
        return GeneratorError(f"Ollama could not run {model}: {_reason(error)}.", "Its own log has the details.")


def missing(model: str, installed: Sequence[InstalledModel]) -> GeneratorModelMissingError:
    """Return the error for a model that is not installed."""
    others = ", ".join(entry.name for entry in installed[:5])
    return GeneratorModelMissingError(
        f"Ollama does not have the model {model}" + (f" (it has {others})." if others else "."),
        f"Run: {pull_advice(model)}",
    )


def _refused_pull(model: str, error: ResponseError) -> GeneratorError:
    reason = _reason(error)
    if "file does not exist" in reason or "not found" in reason:
        return GeneratorModelMissingError(
            f"Ollama has no model named {model}.", f"Choose a model from {_LIBRARY}, and set llm.model to its name."
        )
    if "no space left" in reason:
        return GeneratorError(
            f"Ollama has not enough disk space for {model}.", "Free some space, or choose a smaller model (llm.model)."
        )
    return GeneratorError(
        f"Ollama could not download {model}: {reason}.",
        "Check the network and try again. The download resumes where it stopped.",
    )


def _reason(error: ResponseError) -> str:
    """Return Ollama's own reason, without the full stop."""
    return str(error.error).strip().rstrip(".") or "it gave no reason"
