"""A fake model that repeats quoted text, for answers that a real model would not give."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_NOTHING = "There is nothing to repeat."


class Parrot:
    """Repeats the text between « and » in the last message."""

    def chat(
        self,
        messages: list[dict[str, str]],
        answer_tokens: int,
        temperature: float,
        is_unwanted: Callable[[], bool],
    ) -> Iterator[dict[str, Any]]:
        """Yield the answer word by word; see `SmallModel.chat`."""
        quoted = re.search(r"«(.*)»", messages[-1]["content"], re.DOTALL)
        words = re.findall(r"\s*\S+", quoted[1] if quoted else _NOTHING)
        for word in words:
            if is_unwanted():
                return
            yield {"choices": [{"delta": {"content": word}}]}
        yield {"usage": {"prompt_tokens": len(messages[-1]["content"].split()), "completion_tokens": len(words)}}
