"""Language models, their downloads, and consent to remote models: `sourcewise/models/*`."""

from __future__ import annotations

from attrs import frozen

from sourcewise.protocol.answers import Destination, ModelName


@frozen
class ModelsParams:
    """No parameters."""


@frozen
class LanguageModel:
    """A language model that is installed or can be downloaded.

    Attributes:
        runtime: the program that runs the model: `ollama` or `embedded`.
        name: the name of the model.
        installed: whether the model is installed.
        bytes: its size, as installed or as a download; 0 if unknown.
        host: the address of the remote machine that runs it; empty if it runs on this machine.
    """

    runtime: str
    name: str
    installed: bool
    bytes: int
    host: str = ""


@frozen
class ModelsResult:
    """The model that would answer the next question, and all available models.

    Attributes:
        answering: the model that would answer; its runtime is `sources` if there is none.
        local: whether that model runs on this machine.
        problem: why that model is not the wanted one, with the next step; or an empty string.
        ollama_runs: whether Ollama responds at its endpoint.
        endpoint: the address of Ollama.
        wanted: the model in the settings.
        models: all installed models, the wanted model, and the built-in model.
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
    """Downloads a model. `$/cancelRequest` stops the download; a new request resumes it.

    Attributes:
        pull_id: ID chosen by the client; every notification about the download contains it.
        runtime: `ollama`, or `embedded` for the built-in model.
        name: the name of the model.
    """

    pull_id: str
    runtime: str
    name: str


@frozen
class PullResult:
    """The download is complete.

    Attributes:
        name: the full name of the model.
    """

    name: str


@frozen
class PullProgress:
    """The progress of a download.

    Attributes:
        pull_id: as in `PullParams`.
        message: the current step.
        done: downloaded bytes.
        total: total bytes; 0 if unknown.
    """

    pull_id: str
    message: str
    done: int
    total: int


@frozen
class AllowParams:
    """Allows a remote model to receive code of a folder from now on.

    Attributes:
        destination: the model and the folder, as in `AskResult`.
    """

    destination: Destination


@frozen
class RevokeParams:
    """No parameters. Revokes the consent to all remote models for all open folders; answers then require it again."""


@frozen
class AllowedModels:
    """The remote models that may receive code of the open folders.

    Attributes:
        destinations: one entry for each model and folder.
    """

    destinations: tuple[Destination, ...]
