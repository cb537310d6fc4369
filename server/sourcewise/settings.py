"""Declares every setting with its default, description and valid values, and reads settings from TOML.

Each setting is declared once, as a field of `Settings`. Users write its dotted name in VS Code (with the prefix
`sourcewise.`) and in `settings.toml`. An invalid value never stops the program: Sourcewise uses the default and
reports a `SettingProblem`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from sourcewise.text.encodings import decoded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEFAULT_ENDPOINT = "http://127.0.0.1:11434"
RUNTIMES = {
    "auto": "The first available of: Ollama, the built-in model, sources only.",
    "ollama": "A model in Ollama.",
    "embedded": "The built-in model, which Sourcewise runs itself.",
    "sources": "No model. The answer is the list of sources.",
}
"""The runtimes of language models, each with its description."""
_KINDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
_SHOWN_CHARACTERS = 100
_ON_BATTERY = {
    "slow": "Embed at half speed.",
    "pause": "Embed only questions until the machine is plugged in.",
    "full": "Embed at full speed.",
}
_UNDER_LOAD = {
    "slow": "Embed at half speed.",
    "full": "Embed at full speed, at low priority.",
}


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """A value that Sourcewise ignores, and the reason.

    Attributes:
        message: a sentence without the value, since a workspace may have written the value.
        value: the shortened `repr` of the value, for the log and for messages about the user's own file.
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
    """All settings. Sizes in tokens are estimates, except where a model's own tokenizer counts them."""

    embedding_model: str = _setting(
        "auto",
        "embedding.model",
        "The embedding model: `fast` (all-MiniLM-L6-v2), `balanced` (bge-small-en-v1.5), `best` (all-mpnet-base-v2), "
        "`auto` (`best` on a GPU, otherwise `balanced`), the name of a sentence-transformers model, or a folder. "
        "After a change, Sourcewise embeds all code again.",
    )
    embedding_batch: int = _setting(
        32, "embedding.batchSize", "Number of texts to embed at a time (1 to 1,024).", 1, 1024
    )
    embedding_threads: int = _setting(
        0, "embedding.threads", "Processor threads for embedding (0 to 256). `0` uses all, at low priority.", 0, 256
    )
    embedding_idle_minutes: int = _setting(
        10,
        "embedding.idleMinutes",
        "Minutes to keep the unused embedding model in memory (0 to 10,080). `0` keeps it until Sourcewise ends.",
        0,
        10080,
    )
    embedding_on_battery: str = _setting(
        "slow", "embedding.onBattery", "How to embed files on battery power.", choices=_ON_BATTERY
    )
    embedding_under_load: str = _setting(
        "slow",
        "embedding.underLoad",
        "How to embed files while other programs keep the processors busy.",
        choices=_UNDER_LOAD,
    )
    question_seconds: float = _setting(
        2.0,
        "embedding.questionSeconds",
        "Seconds that a question in the editor waits for the embedding model (0.1 to 600). "
        "After that, Sourcewise uses keyword search only.",
        0.1,
        600,
    )
    generator: str = _setting("auto", "llm.runtime", "The language model that answers.", choices=RUNTIMES)
    model: str = _setting("codellama", "llm.model", "The Ollama model that answers, for example `codellama:13b`.")
    endpoint: str = _setting(
        DEFAULT_ENDPOINT,
        "llm.endpoint",
        "Address of the Ollama server. With the default, Sourcewise uses the variable `OLLAMA_HOST` if it names this "
        "machine. If the server is on another machine, Sourcewise sends questions and code there, after asking you.",
    )
    connect_seconds: float = _setting(
        3.0, "llm.connectSeconds", "Seconds to wait for a connection to Ollama (0.1 to 120).", 0.1, 120
    )
    answer_seconds: float = _setting(
        300.0,
        "llm.answerSeconds",
        "Seconds to wait for the next word of an answer from Ollama (1 to 86,400).",
        1,
        86400,
    )
    keep_alive: str = _setting(
        "10m",
        "llm.keepAlive",
        "How long Ollama keeps the model in memory after an answer, for example `10m` or `1h`. "
        "`-1` keeps it until Ollama stops.",
    )
    temperature: float = _setting(
        0.7, "llm.temperature", "Sampling temperature (0 to 2). At `0`, answers vary least.", 0, 2
    )
    answer_tokens: int = _setting(
        1000, "llm.maxAnswerTokens", "Maximum length of an answer from Ollama, in tokens (16 to 32,768).", 16, 32768
    )
    context_tokens: int = _setting(
        8192,
        "llm.contextTokens",
        "Size of the context window that Ollama uses, in tokens (512 to 1,048,576). It holds the prompt and the "
        "answer. A larger window needs more memory.",
        512,
        1048576,
    )
    code_tokens: int = _setting(
        6000,
        "llm.codeTokens",
        "Maximum amount of code in a prompt for Ollama, in tokens (128 to 1,048,576).",
        128,
        1048576,
    )
    embedded_model: str = _setting(
        "qwen2.5-coder-1.5b-instruct",
        "embedded.model",
        "The built-in model, for machines without Ollama: a known name or the path of a `.gguf` file.",
    )
    embedded_prompt_tokens: int = _setting(
        1000,
        "embedded.promptTokens",
        "Maximum length of a prompt for the built-in model, in tokens (128 to 32,768). "
        "A processor reads about 20 tokens/s.",
        128,
        32768,
    )
    embedded_answer_tokens: int = _setting(
        300,
        "embedded.maxAnswerTokens",
        "Maximum length of an answer from the built-in model, in tokens (16 to 32,768).",
        16,
        32768,
    )
    chunk_tokens: int = _setting(
        1500,
        "chunk.maxTokens",
        "Maximum size of a chunk, in tokens (64 to 8,192). Longer definitions are split.",
        64,
        8192,
    )
    chunk_overlap: int = _setting(
        200, "chunk.overlapTokens", "Overlap between the parts of a split definition, in tokens (0 to 2,048).", 0, 2048
    )
    top: int = _setting(8, "retrieval.top", "Maximum number of sources for an answer (1 to 50).", 1, 50)
    cache_megabytes: int = _setting(
        4000,
        "cache.maxMegabytes",
        "Maximum size of the embedding cache, in megabytes (0 to 1,000,000). "
        "Least recently used embeddings are evicted first.",
        0,
        1_000_000,
    )
    cache_days: int = _setting(120, "cache.maxDays", "Days to keep unused embeddings (1 to 36,500).", 1, 36500)
    max_file_bytes: int = _setting(
        1_000_000,
        "index.maxFileBytes",
        "Maximum size of an indexed file, in bytes (1,024 to 1,000,000,000). Larger files are not indexed.",
        1024,
        1_000_000_000,
    )
    vectors_server: str = _setting(
        "",
        "vectors.server",
        "Address of a Chroma server that stores the vectors, for example `http://127.0.0.1:8000`. If empty, they are "
        "stored in the data folder. A server on another machine also receives the names of files and definitions.",
    )
    hover_enabled: bool = _setting(
        True, "hover.enabled", "Show a symbol's definition, its usages and similar code on hover."
    )
    hover_timeout_ms: int = _setting(
        400,
        "hover.timeoutMs",
        "Milliseconds to collect the content of a hover (20 to 5,000). Anything not found by then is left out.",
        20,
        5000,
    )

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> tuple[Settings, tuple[SettingProblem, ...]]:
        """Return the settings from dotted or nested names, and a problem for each invalid value or unknown name."""
        flat = _flatten(values)
        settings, problems = cls(), []
        for spec in fields(cls):
            name = spec.metadata["name"]
            if name not in flat:
                continue
            given = flat.pop(name)
            value, complaint = _checked(given, spec.default, spec.metadata)
            if complaint:
                message = f"Setting {name}: {complaint}. Sourcewise uses the default, {spec.default!r}."
                problems.append(SettingProblem(name, message, _shortened(repr(given))))
            else:
                settings = replace(settings, **{spec.name: value})
        problems += [SettingProblem(name, f"Setting {name} does not exist. Sourcewise ignores it.") for name in flat]
        return settings, tuple(problems)

    @classmethod
    def from_file(cls, path: Path) -> tuple[Settings, tuple[SettingProblem, ...]]:
        """Return the settings of a TOML file, and its problems. A missing file means defaults."""
        try:
            return cls.from_mapping(tomllib.loads(decoded(path.read_bytes())))
        except FileNotFoundError:
            return cls(), ()
        except OSError as error:
            reason = f"cannot be read ({error.strerror}). Sourcewise uses the defaults."
        except UnicodeDecodeError:
            reason = "is not UTF-8 text. Sourcewise uses the defaults; to use the file, save it as UTF-8."
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            reason = f"is not valid TOML ({error}). Sourcewise uses the defaults."
        return cls(), (SettingProblem(str(path), f"{path} {reason}"),)


def _flatten(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        name = f"{prefix}{key}"
        flat.update(_flatten(value, f"{name}.") if isinstance(value, dict) else {name: value})
    return flat


def _checked(value: Any, default: Any, limits: Mapping[str, Any]) -> tuple[Any, str]:
    """Return the value in the default's type and an empty string, or the default and the complaint."""
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
