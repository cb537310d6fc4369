"""The hierarchy of Sourcewise's exceptions.

SourcewiseError
├── UserError                 a message for the user, with a next step
│   ├── FolderError           the folder is missing, not a folder, unreadable or empty
│   ├── QuestionError         the question is empty or too long, or its scope is empty
│   ├── SettingsError         a setting has an invalid value
│   ├── IndexBusyError        another process owns the index
│   ├── PeerError             another Sourcewise process cannot fulfil a request
│   │   ├── PeerGoneError     it is not running, or ended before it answered
│   │   ├── PeerSlowError     it did not answer within the time limit
│   │   └── PeerVersionError  it runs another version
│   ├── StorageError          the index cannot be read or written (disk full, read-only, corrupt)
│   │   ├── CatalogCorruptError       the catalog is damaged or from another version
│   │   └── VectorStoreCorruptError   the vectors are damaged; they can be rebuilt
│   ├── WeightsError          a model's files are not available
│   │   └── WeightsCorruptError   they failed their checksum
│   ├── WorkerError           a worker process failed
│   │   └── WorkerDiedError           it ended in the middle of its work
│   └── GeneratorError        no language model can answer
│       ├── GeneratorUnreachableError   its server is not running
│       ├── GeneratorModelMissingError  its server is running, but the model is not installed
│       ├── GeneratorSlowError          it produced no text within the time limit
│       └── GeneratorInterruptedError   it ended in the middle of an answer
└── CancelledError            the user cancelled; not a failure

The command line and the language server show `message` and `hint`. A traceback goes only to the log.
"""

from __future__ import annotations


class SourcewiseError(Exception):
    """The base class of all exceptions of Sourcewise."""


class UserError(SourcewiseError):
    """An error that a user can act on.

    Attributes:
        message: one sentence about the problem.
        hint: one sentence with the next step.
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
        """Pickle the hint too, for errors from a worker process."""
        return type(self), (self.message, self.hint)


class FolderError(UserError):
    """The folder cannot be used."""

    exit_code = 2


class QuestionError(UserError):
    """The question is empty or too long, or its scope is empty."""

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
    """The process is not running, or ended before it answered."""


class PeerSlowError(PeerError):
    """The process did not answer within the time limit."""


class PeerVersionError(PeerError):
    """The process runs another version of Sourcewise."""


class StorageError(UserError):
    """The index cannot be read or written."""

    exit_code = 4


class CatalogCorruptError(StorageError):
    """The catalog is damaged, or another version of Sourcewise wrote it."""


class VectorStoreCorruptError(StorageError):
    """The stored vectors are damaged; they can be rebuilt."""


class WeightsError(UserError):
    """A model's files are not available."""

    exit_code = 5


class WeightsCorruptError(WeightsError):
    """A model's files failed their checksum."""


class WorkerError(UserError):
    """A worker process failed."""

    exit_code = 5


class WorkerDiedError(WorkerError):
    """A worker process ended in the middle of its work: it was killed, or its input crashed it.

    Attributes:
        status: its exit code, or the negated number of the signal that ended it.
    """

    status = 0


class GeneratorError(UserError):
    """No language model can answer."""

    exit_code = 6


class GeneratorUnreachableError(GeneratorError):
    """The model's server is not running."""


class GeneratorModelMissingError(GeneratorError):
    """The server is running, but the model is not installed."""


class GeneratorSlowError(GeneratorError):
    """The model produced no text within the time limit."""


class GeneratorInterruptedError(GeneratorError):
    """The model ended in the middle of an answer."""


class CancelledError(SourcewiseError):
    """The user cancelled the work."""
