"""What Ollama's client raises, as sentences with a next step."""

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
from sourcewise.llm.ollama_client import ResponseError
from sourcewise.llm.ollama_models import pull_advice
from sourcewise.processes.environment import find_program
from sourcewise.processes.loopback import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sourcewise.llm.ollama_models import InstalledModel
    from sourcewise.settings import Settings

_LIBRARY = "https://ollama.com/library"


class OllamaFailures:
    """The sentences about one server."""

    def __init__(self, settings: Settings) -> None:
        """Take the endpoint and the time limits."""
        self._settings = settings

    @contextmanager
    def while_answering(self, model: str) -> Iterator[None]:
        """Translate what is raised while a model is asked or looked up."""
        with self._translated(model, self.broken_answer(model), self._refused_answer):
            yield

    @contextmanager
    def while_pulling(self, model: str) -> Iterator[None]:
        """Translate what is raised while the server downloads a model."""
        with self._translated(model, self.broken_pull(model), _refused_pull):
            yield

    def broken_answer(self, model: str) -> GeneratorError:
        """The server went away in mid-answer."""
        return GeneratorInterruptedError(
            f"Ollama went away in the middle of the answer of {model}.",
            "Ask again. If it stays so, there may be too little memory for it: choose a smaller one (llm.model).",
        )

    def forwarded(self, model: str, host: str) -> GeneratorError:
        """The server sent the prompt on to a machine that it had not named before."""
        return GeneratorError(
            f"Ollama passed the question on to {host}, where {model} runs, without saying so before. "
            "The answer was stopped.",
            "Choose another model (llm.model).",
        )

    def broken_pull(self, model: str) -> GeneratorError:
        """The server went away in mid-download."""
        return GeneratorInterruptedError(
            f"Ollama went away in the middle of the download of {model}.", "Ask again; it carries on where it stopped."
        )

    @property
    def looks_uninstalled(self) -> bool:
        """Whether Ollama should be on this machine and, as far as can be seen, is not."""
        return is_loopback(self._settings.endpoint) and find_program("ollama") is None

    @contextmanager
    def _translated(
        self, model: str, broken: GeneratorError, refused: Callable[[str, ResponseError], GeneratorError]
    ) -> Iterator[None]:
        try:
            yield
        except (ConnectionError, httpx.ConnectError, httpx.ConnectTimeout, TimeoutError) as error:
            raise self._unreachable(model) from error
        except httpx.TimeoutException as error:
            raise GeneratorSlowError(
                f"{model} said nothing for {self._settings.answer_seconds:g} seconds.",
                "Choose a smaller model (llm.model) or raise llm.answerSeconds.",
            ) from error
        except httpx.TransportError as error:
            raise broken from error
        except ResponseError as error:
            raise refused(model, error) from error
        except (ValueError, httpx.InvalidURL) as error:
            raise self._not_ollama() from error

    def _unreachable(self, model: str) -> GeneratorUnreachableError:
        endpoint = self._settings.endpoint
        if self.looks_uninstalled:
            return GeneratorUnreachableError(
                f"Ollama is not installed (nothing answers at {endpoint}).",
                f"Install it from https://ollama.com/download, then run: {pull_advice(model)}",
            )
        return GeneratorUnreachableError(
            f"Ollama does not answer at {endpoint}.", "Start it with: ollama serve, or correct llm.endpoint."
        )

    def _not_ollama(self) -> GeneratorUnreachableError:
        return GeneratorUnreachableError(
            f"What answers at {self._settings.endpoint} does not speak as Ollama does.",
            "Check llm.endpoint; Ollama itself listens at http://127.0.0.1:11434.",
        )

    def _refused_answer(self, model: str, error: ResponseError) -> GeneratorError:
        if error.status_code == 404:
            return missing(model, ()) if "model" in error.error else self._not_ollama()
        return GeneratorError(f"Ollama could not run {model}: {error.error.strip()}.", "Its own log says more.")


def missing(model: str, installed: Sequence[InstalledModel]) -> GeneratorModelMissingError:
    """The server runs without the model."""
    others = ", ".join(entry.name for entry in installed[:5])
    return GeneratorModelMissingError(
        f"Ollama runs but does not have the model {model}" + (f" (it has {others})." if others else "."),
        f"Run: {pull_advice(model)}",
    )


def _refused_pull(model: str, error: ResponseError) -> GeneratorError:
    reason = error.error.strip().rstrip(".")
    if "file does not exist" in reason or "not found" in reason:
        return GeneratorModelMissingError(
            f"Ollama knows no model {model}.", f"Choose one of {_LIBRARY} and name it in llm.model."
        )
    if "no space left" in reason:
        return GeneratorError(
            f"Ollama has no room on its disk for {model}.", "Free some space, or choose a smaller model (llm.model)."
        )
    return GeneratorError(
        f"Ollama could not download {model}: {reason}.", "Check the network; asking again carries on where it stopped."
    )
