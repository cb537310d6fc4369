"""Everything that may go wrong, as one tree.

SourcewiseError
├── UserError                 a sentence for the user and a next step
│   ├── FolderError           the folder is missing, not a folder, unreadable or empty
│   ├── QuestionError         the question is empty or too long, or nothing is in its scope
│   ├── SettingsError         a setting has a value that cannot work
│   ├── IndexBusyError        another process owns the index
│   ├── PeerError             another Sourcewise process cannot do what it was asked
│   │   ├── PeerGoneError     nobody serves, or it went away before it answered
│   │   ├── PeerSlowError     it did not answer within the time limit
│   │   └── PeerVersionError  it is of another version
│   ├── StorageError          the index cannot be read or written (disk full, read-only, corrupt)
│   │   ├── CatalogCorruptError       the catalog is damaged or of another version
│   │   └── VectorStoreCorruptError   the vectors are damaged; they can be made again
│   ├── WeightsError          a model's files cannot be had
│   │   └── WeightsCorruptError   they do not have the hash they must have
│   ├── WorkerError           a worker process could not do its work
│   │   └── WorkerDiedError           it ended in the middle of it
│   └── GeneratorError        no language model can answer
│       ├── GeneratorUnreachableError   its server does not run
│       ├── GeneratorModelMissingError  its server runs, the model is not installed
│       ├── GeneratorSlowError          it did not speak within the time limit
│       └── GeneratorInterruptedError   it went away in mid-answer
└── CancelledError            somebody asked to stop; not a failure

The door (command line, language server) shows `message` and `hint`; a traceback goes to the log only.
"""

from __future__ import annotations


class SourcewiseError(Exception):
    """The root of the tree."""


class UserError(SourcewiseError):
    """An error that a person can act on.

    Attributes:
        message: one sentence that says what is wrong.
        hint: one sentence that says what to do next.
        exit_code: what the command line exits with.
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
    """The question cannot be asked."""

    exit_code = 2


class SettingsError(UserError):
    """A setting cannot work."""

    exit_code = 2


class IndexBusyError(UserError):
    """Another process owns the index."""

    exit_code = 3


class PeerError(UserError):
    """Another Sourcewise process cannot do what it was asked."""

    exit_code = 3


class PeerGoneError(PeerError):
    """Nobody serves, or the process went away before it answered."""


class PeerSlowError(PeerError):
    """The process did not answer within the time limit."""


class PeerVersionError(PeerError):
    """The process is of another version of Sourcewise."""


class StorageError(UserError):
    """The index cannot be read or written."""

    exit_code = 4


class CatalogCorruptError(StorageError):
    """The catalog is damaged, or another version of Sourcewise made it."""


class VectorStoreCorruptError(StorageError):
    """The stored vectors are damaged; they can be made again."""


class WeightsError(UserError):
    """A model's files cannot be had."""

    exit_code = 5


class WeightsCorruptError(WeightsError):
    """A model's files do not have the hash they must have."""


class WorkerError(UserError):
    """A worker process could not do its work."""

    exit_code = 5


class WorkerDiedError(WorkerError):
    """A worker process ended in the middle of its work: killed, or crashed by what it was given.

    Attributes:
        status: its exit code; the negative number of the signal that ended it.
    """

    status = 0


class GeneratorError(UserError):
    """No language model can answer."""

    exit_code = 6


class GeneratorUnreachableError(GeneratorError):
    """The model's server does not run."""


class GeneratorModelMissingError(GeneratorError):
    """The server runs but does not have the model."""


class GeneratorSlowError(GeneratorError):
    """The model did not speak within the time limit."""


class GeneratorInterruptedError(GeneratorError):
    """The model went away in mid-answer."""


class CancelledError(SourcewiseError):
    """Somebody asked to stop."""
