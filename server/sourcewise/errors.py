"""The tree of errors.

SourcewiseError
├── UserError                 an error that the user can act on: a sentence and a next step
│   ├── FolderError           the folder is missing, not a folder, unreadable or empty
│   ├── QuestionError         the question is empty or too long, or its scope is empty
│   ├── SettingsError         a setting has an invalid value
│   ├── IndexBusyError        another process owns the index
│   ├── PeerError             another Sourcewise process cannot fulfil a request
│   │   ├── PeerGoneError     no process accepts requests, or it exited before it responded
│   │   ├── PeerSlowError     it did not respond within the time limit
│   │   └── PeerVersionError  it has another version
│   ├── StorageError          the index cannot be read or written (disk full, read-only, corrupt)
│   │   ├── CatalogCorruptError       the catalog is damaged or has another version
│   │   └── VectorStoreCorruptError   the vectors are damaged; they can be restored
│   ├── WeightsError          a model's files are missing and cannot be downloaded
│   │   └── WeightsCorruptError   they failed their checksum
│   ├── WorkerError           a worker process failed
│   │   └── WorkerDiedError           it exited during its work
│   └── GeneratorError        no language model can answer
│       ├── GeneratorUnreachableError   its server is not running
│       ├── GeneratorModelMissingError  its server is running, but the model is not installed
│       ├── GeneratorSlowError          it did not respond within the time limit
│       └── GeneratorInterruptedError   it stopped in the middle of an answer
└── CancelledError            the work was cancelled; not a failure

The command line and the language server show `message` and `hint`; a traceback goes to the log only.
"""

from __future__ import annotations


class SourcewiseError(Exception):
    """The base class of all errors of Sourcewise."""


class UserError(SourcewiseError):
    """An error that the user can act on.

    Attributes:
        message: what happened, as one sentence.
        hint: what to do next, as one sentence, or an empty string.
        exit_code: the exit code of the command line.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def __reduce__(self) -> tuple[type[UserError], tuple[str, str]]:
        """Keep the hint when a worker process sends the error."""
        return type(self), (self.message, self.hint)


class FolderError(UserError):
    """The folder cannot be used."""

    exit_code = 2


class QuestionError(UserError):
    """The question cannot be answered: it is empty or too long, or its scope is empty."""

    exit_code = 2


class SettingsError(UserError):
    """A setting has an invalid value."""

    exit_code = 2


class IndexBusyError(UserError):
    """Another process owns the index."""

    exit_code = 3


class PeerError(UserError):
    """Another Sourcewise process cannot fulfil a request."""

    exit_code = 3


class PeerGoneError(PeerError):
    """No other process accepts requests, or it exited before it responded."""


class PeerSlowError(PeerError):
    """The other process did not respond within the time limit."""


class PeerVersionError(PeerError):
    """The other process has another version of Sourcewise."""


class StorageError(UserError):
    """The index cannot be read or written."""

    exit_code = 4


class CatalogCorruptError(StorageError):
    """The catalog is damaged, or was written by another version of Sourcewise."""


class VectorStoreCorruptError(StorageError):
    """The stored vectors are damaged; they can be restored."""


class WeightsError(UserError):
    """A model's files are missing and cannot be downloaded."""

    exit_code = 5


class WeightsCorruptError(WeightsError):
    """A model's files failed their checksum."""


class WorkerError(UserError):
    """A worker process failed."""

    exit_code = 5


class WorkerDiedError(WorkerError):
    """A worker process exited during its work: it was killed, or its input crashed it.

    Attributes:
        status: its exit code, or the negative number of the signal that ended it.
    """

    status = 0


class GeneratorError(UserError):
    """No language model can answer."""

    exit_code = 6


class GeneratorUnreachableError(GeneratorError):
    """The model's server is not running."""


class GeneratorModelMissingError(GeneratorError):
    """The model's server is running, but the model is not installed."""


class GeneratorSlowError(GeneratorError):
    """The model did not respond within the time limit."""


class GeneratorInterruptedError(GeneratorError):
    """The model stopped in the middle of an answer."""


class CancelledError(SourcewiseError):
    """The work was cancelled."""
