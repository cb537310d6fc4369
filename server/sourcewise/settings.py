"""Every setting, its default, what it means, and what is wrong with a value.

A setting is declared once, as a field of `Settings`; its dotted name is what users write in VS Code (with the
prefix `sourcewise.`) and in `settings.toml`. A bad value never stops the program: the default stays and a
`SettingProblem` says so.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEFAULT_ENDPOINT = "http://127.0.0.1:11434"
RUNTIMES = {
    "auto": "The first of these that can answer.",
    "ollama": "A model that Ollama runs.",
    "embedded": "A model that Sourcewise runs itself.",
    "sources": "No model: the answer is the list of sources.",
}
"""What may answer, with its meaning."""
_KINDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
_SHOWN_CHARACTERS = 100
_ON_BATTERY = {
    "slow": "Embed at half speed.",
    "pause": "Embed nothing but questions until the machine is plugged in.",
    "full": "Embed as if it were plugged in.",
}
_UNDER_LOAD = {
    "slow": "Embed at half speed.",
    "full": "Embed at full speed, at low priority.",
}


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """A value that was not taken, and why.

    Attributes:
        message: a sentence without the value, which a workspace may have written.
        value: as Python writes it, shortened; for the log, and for a user's own file.
    """

    name: str
    message: str
    value: str = ""

    def __str__(self) -> str:
        """Return the sentence with the value."""
        return f"{self.message} The value is {self.value}." if self.value else self.message


def _setting(
    default: Any,
    name: str,
    description: str,
    low: float | None = None,
    high: float | None = None,
    *,
    choices: Mapping[str, str] | None = None,
) -> Any:
    metadata = {"name": name, "description": description, "low": low, "high": high, "choices": choices}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. Sizes called tokens are estimates, except where a model's own tokenizer counts."""

    embedding_model: str = _setting(
        "auto",
        "embedding.model",
        "`fast` (all-MiniLM-L6-v2), `balanced` (bge-small-en-v1.5), `best` (all-mpnet-base-v2), `auto` (best on a GPU, "
        "else balanced), a sentence-transformers model, or a folder.",
    )
    embedding_batch: int = _setting(32, "embedding.batchSize", "How many texts are embedded at a time.", 1, 1024)
    embedding_threads: int = _setting(
        0, "embedding.threads", "Processor threads for embedding; 0 takes all, at low priority.", 0, 256
    )
    embedding_idle_minutes: int = _setting(
        10, "embedding.idleMinutes", "How long the embedding model stays in memory unused; 0 is for ever.", 0, 10080
    )
    embedding_on_battery: str = _setting(
        "slow", "embedding.onBattery", "What embedding of files does on battery.", choices=_ON_BATTERY
    )
    embedding_under_load: str = _setting(
        "slow",
        "embedding.underLoad",
        "What embedding of files does while other programs keep the processors busy.",
        choices=_UNDER_LOAD,
    )
    question_seconds: float = _setting(
        2.0,
        "embedding.questionSeconds",
        "How long a question in the editor waits for the embedding model before keywords alone serve it.",
        0.1,
        600,
    )
    generator: str = _setting(
        "auto",
        "llm.runtime",
        "What answers: `ollama`, `embedded`, `sources` (no model) or `auto` (the first that can).",
        choices=RUNTIMES,
    )
    model: str = _setting("codellama", "llm.model", "The Ollama model that answers.")
    endpoint: str = _setting(DEFAULT_ENDPOINT, "llm.endpoint", "Where Ollama listens.")
    connect_seconds: float = _setting(3.0, "llm.connectSeconds", "How long to wait for Ollama to accept.", 0.1, 120)
    answer_seconds: float = _setting(
        300.0, "llm.answerSeconds", "How long to wait for the next word of the model.", 1, 86400
    )
    keep_alive: str = _setting("10m", "llm.keepAlive", "How long Ollama keeps the model in memory after an answer.")
    temperature: float = _setting(0.7, "llm.temperature", "0 is strict, 1 is free.", 0, 2)
    answer_tokens: int = _setting(1000, "llm.maxAnswerTokens", "The longest answer.", 16, 32768)
    context_tokens: int = _setting(
        8192, "llm.contextTokens", "The context window that Ollama is asked for.", 512, 1048576
    )
    code_tokens: int = _setting(6000, "llm.codeTokens", "How much of the window may hold code.", 128, 1048576)
    embedded_model: str = _setting(
        "qwen2.5-coder-1.5b-instruct",
        "embedded.model",
        "The model for machines without Ollama: a name or a .gguf file.",
    )
    embedded_prompt_tokens: int = _setting(
        1000,
        "embedded.promptTokens",
        "The longest prompt for that model; a processor reads about 20 tokens a second.",
        128,
        32768,
    )
    embedded_answer_tokens: int = _setting(
        300, "embedded.maxAnswerTokens", "The longest answer of that model.", 16, 32768
    )
    chunk_tokens: int = _setting(1500, "chunk.maxTokens", "A longer definition is split.", 64, 8192)
    chunk_overlap: int = _setting(200, "chunk.overlapTokens", "What the parts of a split definition share.", 0, 2048)
    top: int = _setting(8, "retrieval.top", "How many sources an answer is made from.", 1, 50)
    cache_megabytes: int = _setting(
        4000,
        "cache.maxMegabytes",
        "How big the cache of embeddings may be; what was used longest ago leaves it first.",
        0,
        1_000_000,
    )
    cache_days: int = _setting(120, "cache.maxDays", "How long an embedding is kept that nothing uses.", 1, 36500)
    max_file_bytes: int = _setting(
        1_000_000, "index.maxFileBytes", "Larger files stay out of the index.", 1024, 1_000_000_000
    )
    vectors_server: str = _setting(
        "",
        "vectors.server",
        "Address of a Chroma server that keeps the vectors, like `http://127.0.0.1:8000`; empty keeps them in a "
        "folder. One on another machine is sent them, with the names of files and definitions.",
    )
    hover_enabled: bool = _setting(
        True, "hover.enabled", "Whether pointing at a name tells what it is, who uses it and what is related."
    )
    hover_timeout_ms: int = _setting(
        400, "hover.timeoutMs", "What is not found within this many milliseconds is left out of a hover.", 20, 5000
    )

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> tuple[Settings, tuple[SettingProblem, ...]]:
        """Read dotted or nested names; values that cannot be taken become problems."""
        flat = _flatten(values)
        settings, problems = cls(), []
        for spec in fields(cls):
            name = spec.metadata["name"]
            if name not in flat:
                continue
            given = flat.pop(name)
            value, complaint = _checked(given, spec.default, spec.metadata)
            if complaint:
                message = f"Setting {name}: {complaint}. The default {spec.default!r} is used."
                problems.append(SettingProblem(name, message, _shortened(repr(given))))
            else:
                settings = replace(settings, **{spec.name: value})
        problems += [SettingProblem(name, f"Setting {name} does not exist and is ignored.") for name in flat]
        return settings, tuple(problems)

    @classmethod
    def from_file(cls, path: Path) -> tuple[Settings, tuple[SettingProblem, ...]]:
        """Read a TOML file; a missing one means defaults."""
        try:
            return cls.from_mapping(tomllib.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return cls(), ()
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            return cls(), (SettingProblem(str(path), f"{path} cannot be read ({error}). Defaults are used."),)


def _flatten(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        name = f"{prefix}{key}"
        flat.update(_flatten(value, f"{name}.") if isinstance(value, dict) else {name: value})
    return flat


def _checked(value: Any, default: Any, limits: Mapping[str, Any]) -> tuple[Any, str]:
    """Return the value in the default's type, or what is wrong with it."""
    low, high, choices = limits["low"], limits["high"], limits["choices"]
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not type(default):
        return default, f"the value must be {_KINDS[type(default)]}"
    if (low is not None and value < low) or (high is not None and value > high):
        return default, f"the value must be between {low} and {high}"
    if choices is not None and value not in choices:
        return default, f"the value must be one of {', '.join(choices)}"
    if isinstance(value, str) and default and not value.strip():
        return default, "the value must not be empty"
    return value, ""


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
