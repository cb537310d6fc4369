#!/usr/bin/env python3
"""Module."""
import os

MAX_SIZE = 10
type Pair = tuple[int, int]


# Above.
@cache
@other(
    1
)
async def load(path: str, *,
               mode: int = 3) -> dict[str, int]:
    """Load it.

    More.
    """
    def inner():
        return 1
    return inner()


class Store(Base):
    """Stores."""
    field: int = 3

    @property
    def size(self) -> int:
        return 1

    class Meta:
        x = 1
# end
if __name__ == "__main__":
    load("x")
