"""Whose vectors are made next: real threads, folders that do as they are told."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from sourcewise.workspace.embedding_queue import EmbeddingQueue

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 20


class Folder:
    """Works until it is stopped, or until it is let through; notes its turns in a list that folders share."""

    def __init__(self, name: str, turns: list[str], *, endless: bool = False) -> None:
        self.name = name
        self.turns = turns
        self.endless = endless
        self.began = threading.Semaphore(0)

    def embed(self, stop: threading.Event) -> bool:
        self.turns.append(self.name)
        self.began.release()
        if self.endless:
            stop.wait(PATIENCE)
            return True
        return False

    def until_it_begins(self) -> None:
        assert self.began.acquire(timeout=PATIENCE)


@pytest.fixture
def lane() -> Iterator[EmbeddingQueue]:
    lane = EmbeddingQueue()
    yield lane
    lane.close()


def test_folders_are_served_in_turn(lane: EmbeddingQueue) -> None:
    turns: list[str] = []
    folders = [Folder(name, turns) for name in "abc"]
    for folder in folders:
        lane.want(folder)
    for folder in folders:
        folder.until_it_begins()
    assert turns == ["a", "b", "c"]


def test_an_urgent_folder_interrupts_one_that_goes_on_afterwards(lane: EmbeddingQueue) -> None:
    turns: list[str] = []
    long, edited = Folder("long", turns, endless=True), Folder("edited", turns)
    lane.want(long)
    long.until_it_begins()
    lane.want(edited, urgent=True)
    edited.until_it_begins()
    long.until_it_begins()
    assert turns == ["long", "edited", "long"]


def test_an_urgent_wish_for_the_folder_under_way_has_it_begin_anew(lane: EmbeddingQueue) -> None:
    turns: list[str] = []
    long = Folder("long", turns, endless=True)
    lane.want(long)
    long.until_it_begins()
    lane.want(long, urgent=True)
    long.until_it_begins()
    assert turns == ["long", "long"]


def test_a_folder_that_is_forgotten_has_stopped_and_is_not_served_again(lane: EmbeddingQueue) -> None:
    turns: list[str] = []
    long, other = Folder("long", turns, endless=True), Folder("other", turns)
    lane.want(long)
    long.until_it_begins()
    lane.forget(long)
    lane.want(other)
    other.until_it_begins()
    assert turns == ["long", "other"]


def test_after_the_end_nothing_is_served(lane: EmbeddingQueue) -> None:
    turns: list[str] = []
    long, late = Folder("long", turns, endless=True), Folder("late", turns)
    lane.want(long)
    long.until_it_begins()
    lane.close()
    lane.forget(long)
    lane.want(late)
    assert turns == ["long"]
