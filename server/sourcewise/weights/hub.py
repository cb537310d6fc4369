"""Downloads models from the model hub. Hides huggingface_hub, its progress bars and its errors."""

from __future__ import annotations

import errno
import io
import json
import shutil
import threading
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

from sourcewise.errors import WeightsError
from sourcewise.weights.files import largest_weights, sha256_of
from sourcewise.weights.plain_names import refused_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sourcewise.weights.known import Weights
    from sourcewise.weights.progress import Watch

# Without a network, name resolution alone could take much longer than this.
_REACH_SECONDS = 3.0
# Neither pickles nor code; a model that needs other files is not supported.
_FOLDER_PATTERNS = ("*.safetensors", "*.json", "*.txt")
# Records the commit of an unpinned model's repository.
_SOURCE = "source.json"
_NEXT_STEP = "Check the network, or copy the model's folder to this machine and set its path in the settings."


class Hub:
    """The model hub."""

    def __init__(self, endpoint: str | None = None) -> None:
        """Describe the hub; nothing is connected.

        Args:
            endpoint: its address; None means the one for which huggingface_hub is configured.
        """
        self._endpoint = endpoint

    def fetch(self, weights: Weights, parts: Path, whole: Path, watch: Watch) -> str:
        """Download a model into the folder `whole`; an interrupted download resumes where it stopped.

        Args:
            weights: the model.
            parts: a folder that survives an interruption.
            whole: the folder to create.
            watch: gets the progress in bytes.

        Returns:
            The SHA-256 of the weights file.

        Raises:
            WeightsError: the hub is switched off or unreachable, lacks the model, or has unsafe file names.
            OSError: the disk is full.
        """
        if not weights.repository:
            raise WeightsError(f"The model hub does not have {weights.name} in this form.")
        self._require_reachable(watch)
        arriving = parts / "hub"
        commit = self._download(weights, arriving, watch)
        shutil.rmtree(arriving / ".cache", ignore_errors=True)
        if not weights.pinned:
            source = {"repository": weights.repository, "revision": commit}
            (arriving / _SOURCE).write_text(json.dumps(source), encoding="utf-8")
        arriving.replace(whole)
        return sha256_of(whole / weights.file if weights.file else largest_weights(whole), watch)

    def _require_reachable(self, watch: Watch) -> None:
        from huggingface_hub import constants, get_session  # noqa: PLC0415 - most runs do not need it

        if constants.HF_HUB_OFFLINE:
            raise WeightsError("The model hub is switched off (HF_HUB_OFFLINE).", "Unset HF_HUB_OFFLINE.")
        endpoint = self._endpoint or constants.ENDPOINT
        reached = threading.Event()

        def connect() -> None:
            try:
                get_session().head(endpoint, timeout=_REACH_SECONDS)
            except Exception:  # any error means that the hub is unreachable
                return
            reached.set()

        thread = threading.Thread(target=connect, daemon=True)
        thread.start()
        thread.join(_REACH_SECONDS)
        watch.report(0, 0, "bytes", "downloading")
        if not reached.is_set():
            raise WeightsError(f"The model hub {endpoint} cannot be reached.", _NEXT_STEP)

    def _download(self, weights: Weights, arriving: Path, watch: Watch) -> str:
        """Download a model's files of one commit, and return that commit."""
        from huggingface_hub import snapshot_download  # noqa: PLC0415
        from huggingface_hub.errors import HFValidationError  # noqa: PLC0415

        patterns = [weights.file, *weights.companions] if weights.pinned else list(_FOLDER_PATTERNS)
        try:
            commit = self._safe_commit(weights, patterns)
            snapshot_download(
                weights.repository,
                revision=commit,
                local_dir=arriving,
                allow_patterns=patterns,
                tqdm_class=_bar_for(watch),
                endpoint=self._endpoint,
                token=_token_for(weights),
            )
        except (OSError, ValueError, HFValidationError) as error:
            if getattr(error, "errno", None) == errno.ENOSPC:
                raise
            reason = str(error).strip().split("\n")[0]
            message = f"The model hub did not return {weights.repository}: {reason}"
            raise WeightsError(message, _NEXT_STEP) from error
        return commit

    def _safe_commit(self, weights: Weights, patterns: Sequence[str]) -> str:
        """Return the current commit of the model's revision, after checking the names of its files."""
        from huggingface_hub import HfApi  # noqa: PLC0415

        listing = HfApi(self._endpoint, _token_for(weights)).model_info(
            weights.repository, revision=weights.revision or "main"
        )
        names = [file.rfilename for file in listing.siblings or ()]
        name = refused_name(name for name in names if any(fnmatch(name, pattern) for pattern in patterns))
        if name is not None:
            raise WeightsError(
                f"{weights.repository} has a file with the unsafe name {name!r}.", "Choose another model."
            )
        if not listing.sha:
            raise WeightsError(f"The model hub did not return the current commit of {weights.repository}.", _NEXT_STEP)
        return listing.sha


def _token_for(weights: Weights) -> bool | None:
    """Return whether to send the user's token: only for a model that may need it, since HF_ENDPOINT can be any host."""
    return False if weights.pinned else None


def _bar_for(watch: Watch) -> Any:
    """Return a progress bar class for the hub's library that draws nothing, reports bytes, and stops if cancelled."""
    from tqdm import tqdm  # type: ignore[import-untyped]  # noqa: PLC0415

    class Bar(tqdm):  # type: ignore[misc]
        monitor_interval = 0  # no monitor thread

        def __init__(self, *args: Any, **options: Any) -> None:
            # One of the hub's bars counts received bytes, another written bytes; they are the same bytes.
            self._counts = options.get("unit") == "B" and not options.get("desc", "").startswith("Downloading")
            super().__init__(*args, **{**options, "file": io.StringIO(), "disable": False, "leave": False})

        def update(self, n: float | None = 1) -> bool | None:
            drawn: bool | None = super().update(n)
            if self._counts:
                watch.report(int(self.n), int(self.total or 0), "bytes", "downloading")
            return drawn

        def display(self, *_: object, **__: object) -> bool:
            return True

    return Bar
