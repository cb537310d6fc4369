"""Derives facts about Ollama's models from their names: tags, download sizes, and suitability for code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sourcewise.domain.answer import Destination
from sourcewise.processes.loopback import is_loopback, origin_of

if TYPE_CHECKING:
    from collections.abc import Iterable

# The size of the download of `ollama pull`, in gigabytes.
_DOWNLOAD_GIGABYTES = {
    "codellama:latest": 3.8,
    "codellama:7b": 3.8,
    "codellama:13b": 7.4,
    "codellama:34b": 19,
    "qwen2.5-coder:latest": 4.7,
    "qwen2.5-coder:0.5b": 0.4,
    "qwen2.5-coder:1.5b": 1.0,
    "qwen2.5-coder:3b": 1.9,
    "qwen2.5-coder:7b": 4.7,
    "qwen2.5-coder:14b": 9.0,
    "llama3.2:latest": 2.0,
    "llama3.2:1b": 1.3,
    "llama3.1:latest": 4.9,
    "deepseek-coder:6.7b": 3.8,
    "codegemma:latest": 5.0,
    "mistral:latest": 4.1,
}
_CODE_WORDS = ("coder", "code", "codestral", "devstral")
# Embedding models, and base models that are not trained to answer.
_NOT_CHAT = re.compile(r"embed|minilm|bge-|rerank|starcoder|[:-](base|code|python)(-|$)")
# The size up to which an ordinary machine runs a model at an acceptable speed.
_COMFORTABLE_BYTES = 10_000_000_000


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """An installed model of the server.

    Attributes:
        bytes: its size on disk.
        remote_host: the machine that it runs on instead of the server's, if known; else empty.
    """

    name: str
    bytes: int
    remote_host: str = ""


def full_name(model: str) -> str:
    """Return the name with its tag, as Ollama resolves it: no tag means `latest`."""
    lowered = model.strip().lower()
    return lowered if ":" in lowered.rpartition("/")[2] else f"{lowered}:latest"


def cloud_host(model: str) -> str:
    """Return the host of a model whose tag marks it as a cloud model; empty for other models."""
    return "https://ollama.com" if full_name(model).endswith((":cloud", "-cloud")) else ""


def destination_of(endpoint: str, model: str, remote_host: str) -> Destination | None:
    """Return the destination of a prompt that leaves this machine, else None.

    Args:
        endpoint: the address of Ollama.
        model: the model that answers.
        remote_host: the machine to which Ollama forwards prompts for the model; empty if it runs the model itself.
    """
    hosts = [remote_host] if remote_host else []
    if not is_loopback(endpoint):
        hosts.append(origin_of(endpoint))
    return Destination(full_name(model), " through ".join(hosts)) if hosts else None


def pull_advice(model: str) -> str:
    """Return the command that installs a model, with the size of the download if known."""
    size = _DOWNLOAD_GIGABYTES.get(full_name(model))
    return f"ollama pull {model}" + (f" (downloads {size:g} GB)" if size else "")


def download_bytes(model: str) -> int:
    """Return the approximate size of a model's download; 0 if unknown."""
    return int(_DOWNLOAD_GIGABYTES.get(full_name(model), 0) * 1e9)


def best_for_code(installed: Iterable[InstalledModel], wanted: str) -> InstalledModel | None:
    """Return the installed model that is best for code; None if no model is suitable.

    Prefers the family of the wanted model, then models for code, then the largest model that an ordinary machine runs
    well. Never returns a model that runs on another machine.
    """
    family = _family(wanted)

    def rank(model: InstalledModel) -> tuple[bool, bool, bool, int]:
        comfortable = model.bytes <= _COMFORTABLE_BYTES
        for_code = any(word in _family(model.name) for word in _CODE_WORDS)
        return _family(model.name) == family, for_code, comfortable, model.bytes if comfortable else -model.bytes

    local = (model for model in installed if not model.remote_host)
    return max((model for model in local if _can_chat(model.name)), key=rank, default=None)


def _family(model: str) -> str:
    return full_name(model).partition(":")[0]


def _can_chat(model: str) -> bool:
    return not _NOT_CHAT.search(full_name(model))
