"""The order in which folders are embedded, with real threads and fake folders."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from sourcewise.workspace.embedding_queue import EmbeddingQueue

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 20


class Folder:
    """A fake folder that ends at once, or only when cancelled; records its turns in a list that folders share."""

    def __init__(self, name: str, turns: list[str], *, endless: bool = False) -> None:
        self.name = name
        self.turns = turns
        self.endless = endless
        self.began = threading.Semaphore(0)

    def embed(self, cancelled: threading.Event) -> bool:
        self.turns.append(self.name)
        self.began.release()
        if self.endless:
            cancelled.wait(PATIENCE)
            return True
        return False

    def until_it_begins(self) -> None:
        assert self.began.acquire(timeout=PATIENCE)


@pytest.fixture
def queue() -> Iterator[EmbeddingQueue]:
    queue = EmbeddingQueue()
    yield queue
    queue.close()


def test_folders_are_embedded_in_turn(queue: EmbeddingQueue) -> None:
    turns: list[str] = []
    folders = [Folder(name, turns) for name in "abc"]
    for folder in folders:
        queue.add(folder)
    for folder in folders:
        folder.until_it_begins()
    assert turns == ["a", "b", "c"]


def test_an_urgent_folder_interrupts_the_current_one_which_continues_later(queue: EmbeddingQueue) -> None:
    turns: list[str] = []
    long, edited = Folder("long", turns, endless=True), Folder("edited", turns)
    queue.add(long)
    long.until_it_begins()
    queue.add(edited, urgent=True)
    edited.until_it_begins()
    long.until_it_begins()
    assert turns == ["long", "edited", "long"]


def test_an_urgent_request_restarts_the_current_folder(queue: EmbeddingQueue) -> None:
    turns: list[str] = []
    long = Folder("long", turns, endless=True)
    queue.add(long)
    long.until_it_begins()
    queue.add(long, urgent=True)
    long.until_it_begins()
    assert turns == ["long", "long"]


def test_a_removed_folder_has_stopped_and_is_not_embedded_again(queue: EmbeddingQueue) -> None:
    turns: list[str] = []
    long, other = Folder("long", turns, endless=True), Folder("other", turns)
    queue.add(long)
    long.until_it_begins()
    queue.remove(long)
    queue.add(other)
    other.until_it_begins()
    assert turns == ["long", "other"]


def test_a_closed_queue_embeds_nothing(queue: EmbeddingQueue) -> None:
    turns: list[str] = []
    long, late = Folder("long", turns, endless=True), Folder("late", turns)
    queue.add(long)
    long.until_it_begins()
    queue.close()
    queue.remove(long)
    queue.add(late)
    assert turns == ["long"]
