"""Language models, those here and those to fetch: `sourcewise/models/*`."""

from __future__ import annotations

from attrs import frozen

from sourcewise.protocol.answers import Destination, ModelName


@frozen
class ModelsParams:
    """Nothing needs to be said."""


@frozen
class LanguageModel:
    """A language model that is on this machine, or could be.

    Attributes:
        bytes: its size, as installed or as a download; 0 if not known.
        host: the other machine that it runs on; empty if it runs on this one.
    """

    runtime: str
    name: str
    installed: bool
    bytes: int
    host: str = ""


@frozen
class ModelsResult:
    """Who would answer a question asked now, and who else could.

    Attributes:
        answering: runtime `sources` where no model would.
        problem: why it is not the wanted one, or an empty string; with its next step.
        ollama_runs: whether Ollama answers at its endpoint.
        wanted: the model that the settings name.
        models: all that are installed, the wanted one, and the one that Sourcewise runs itself.
    """

    answering: ModelName
    local: bool
    problem: str
    ollama_runs: bool
    endpoint: str
    wanted: str
    models: tuple[LanguageModel, ...]


@frozen
class PullParams:
    """A model to download; `$/cancelRequest` stops it, and asking again carries on.

    Attributes:
        pull_id: chosen by the client; every notification about the download carries it.
        runtime: `ollama`, or `embedded` for the one that Sourcewise runs itself.
    """

    pull_id: str
    runtime: str
    name: str


@frozen
class PullResult:
    """The model is there."""

    name: str


@frozen
class PullProgress:
    """How far a download is, in bytes; `total` is 0 if not known."""

    pull_id: str
    message: str
    done: int
    total: int


@frozen
class AllowParams:
    """A remote model that the user allows to get code of a folder, from now on.

    Attributes:
        destination: as it was in `AskResult`.
    """

    destination: Destination


@frozen
class RevokeParams:
    """Nothing needs to be said: the server asks again for all open folders."""


@frozen
class AllowedModels:
    """The remote models that may get code of the open folders."""

    destinations: tuple[Destination, ...]
