"""Answers of a real model with 135 million parameters, which is downloaded once to the user's data folder."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest

from sourcewise.domain.answer import ModelName, Prompt, PromptProgress, TextDelta, Usage
from sourcewise.errors import GeneratorError, GeneratorInterruptedError, WeightsError
from sourcewise.llm.embedded import EmbeddedGenerator
from sourcewise.paths import DataPaths
from sourcewise.weights import WeightsStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sourcewise.domain.answer import GenerationEvent

pytest.importorskip("xllamacpp")

QUESTION = "What is Python? Answer in one sentence."
CODE = "def add(a, b):\n    return a + b\n"


@pytest.fixture(scope="module")
def model_file() -> Path:
    try:
        return WeightsStore(DataPaths.default().models).ensure("smollm2-135m-instruct")
    except WeightsError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def generator(model_file: Path) -> Iterator[EmbeddedGenerator]:
    made = EmbeddedGenerator(model_file, "smollm2", prompt_budget=400, answer_tokens=24, temperature=0.0)
    yield made
    asyncio.run(made.close())


def prompt(user: str) -> Prompt:
    return Prompt("You explain code.", user, 1, 400, ())


async def answer_of(generator: EmbeddedGenerator, user: str) -> list[GenerationEvent]:
    async with aclosing(generator.generate(prompt(user))) as events:
        return [event async for event in events]


def text_of(events: list[GenerationEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def test_streams_progress_then_text_then_usage(generator: EmbeddedGenerator) -> None:
    events = await answer_of(generator, CODE * 12 + QUESTION)
    kinds = [type(event) for event in events]
    fractions = [event.fraction for event in events if isinstance(event, PromptProgress)]
    usage = events[-1]
    assert kinds == sorted(kinds, key=[PromptProgress, TextDelta, Usage].index)
    assert fractions == sorted(fractions)
    assert len(fractions) > 2
    assert fractions[-1] == 1.0
    assert text_of(events).strip()
    assert isinstance(usage, Usage)
    assert 130 < usage.prompt_tokens < 400
    assert 0 < usage.answer_tokens <= 24
    assert usage.prompt_seconds > 0
    assert not usage.prompt_cut


async def test_applies_the_chat_template_of_the_model(generator: EmbeddedGenerator) -> None:
    assert "python" in text_of(await answer_of(generator, QUESTION)).lower()


async def test_an_answer_that_reaches_its_maximum_length_reports_it(generator: EmbeddedGenerator) -> None:
    usage = (await answer_of(generator, "Count from one to one hundred in words, one number a line."))[-1]
    assert isinstance(usage, Usage)
    assert (usage.stop_reason, usage.answer_tokens) == ("length", 24)


async def test_a_second_question_reads_only_new_tokens(generator: EmbeddedGenerator) -> None:
    await answer_of(generator, CODE * 12 + QUESTION)
    first, *_ = await answer_of(generator, CODE * 12 + "What does it add?")
    assert isinstance(first, PromptProgress)
    assert first.fraction > 0.8


async def test_stopping_while_the_prompt_is_read_is_immediate(generator: EmbeddedGenerator) -> None:
    async with aclosing(generator.generate(prompt(CODE * 25))) as events:
        assert isinstance(await anext(events), PromptProgress)
        stopped = time.perf_counter()
    assert time.perf_counter() - stopped < 1
    assert text_of(await answer_of(generator, QUESTION)), "the next question starts the model again"


async def test_stopping_in_the_middle_of_an_answer_is_immediate(generator: EmbeddedGenerator) -> None:
    async with aclosing(generator.generate(prompt(QUESTION))) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break
        stopped = time.perf_counter()
    assert time.perf_counter() - stopped < 1


async def test_cancelling_stops_a_process_that_is_starting(generator: EmbeddedGenerator) -> None:
    for delay_in_turns in (1, 3, 50):
        reader = asyncio.create_task(answer_of(generator, CODE * 25))
        for _ in range(delay_in_turns):
            await asyncio.sleep(0)
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(reader, 3)


async def test_stopping_one_answer_does_not_affect_a_waiting_one(generator: EmbeddedGenerator) -> None:
    first = generator.generate(prompt(CODE * 25))
    await anext(first)
    second = asyncio.create_task(answer_of(generator, QUESTION))
    await asyncio.sleep(0)
    await first.aclose()
    assert text_of(await second)


async def test_a_prompt_that_does_not_fit_is_refused_and_not_truncated(generator: EmbeddedGenerator) -> None:
    for repetitions in (60, 200):
        with pytest.raises(GeneratorError, match=r"The prompt has \d+ tokens.*embedded\.promptTokens"):
            await answer_of(generator, CODE * repetitions)
    assert text_of(await answer_of(generator, QUESTION))


async def test_a_process_that_ends_interrupts_the_answer(generator: EmbeddedGenerator) -> None:
    heard: list[GenerationEvent] = []

    async def listen() -> None:
        async for event in generator.generate(prompt(QUESTION)):
            heard.append(event)
            generator._worker.kill()

    with pytest.raises(GeneratorInterruptedError):
        await listen()
    assert heard


async def test_a_file_that_is_not_a_model_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "notes.gguf"
    file.write_bytes(b"not a model " * 100)
    generator = EmbeddedGenerator(file, "notes", prompt_budget=400, answer_tokens=24, temperature=0.0)
    with pytest.raises(GeneratorError, match="cannot be loaded"):
        await answer_of(generator, QUESTION)
    await generator.close()


def test_a_missing_file_is_reported_at_once(tmp_path: Path) -> None:
    with pytest.raises(GeneratorError, match=r"embedded\.model"):
        EmbeddedGenerator(tmp_path / "no.gguf", "no", prompt_budget=400, answer_tokens=24, temperature=0.0)


async def test_is_local_and_named_after_its_model(generator: EmbeddedGenerator) -> None:
    assert generator.destination is None
    assert generator.name == ModelName("embedded", "smollm2")
