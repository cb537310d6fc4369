"""Tests of the responses to questions and searches."""

from __future__ import annotations

import asyncio
import base64
import random
import subprocess
from typing import TYPE_CHECKING

import pytest
from client import within
from lsprotocol.types import CancelParams
from pygls.exceptions import JsonRpcException, JsonRpcRequestCancelled

from conftest import embedded_model
from sourcewise import protocol
from sourcewise.domain.answer import CitationState
from sourcewise.domain.file_role import FileRole
from sourcewise.domain.index_state import Stage
from sourcewise.domain.search import SearchMode
from sourcewise.embedding.model_names import CPU_MODEL, similarity_thresholds_of

if TYPE_CHECKING:
    from pathlib import Path

    from client import Editor

    from conftest import Start

QUESTION = "How are requests sent again after a failure?"


async def test_search_uses_keywords_until_chunks_are_embedded_and_then_vectors_too(start: Start, project: Path) -> None:
    editor = await start(project)
    await editor.until(lambda: (state := editor.state_of(project)) and state.stage is Stage.EMBEDDING)
    early = await editor.search("send_with_retries")
    assert (early.passages[0].symbol, early.search.mode) == ("send_with_retries", SearchMode.KEYWORD)
    assert early.search.embedded == 0
    assert early.passages[0].similarity is None

    state = await editor.until_idle(project)
    assert (state.files, state.embedded, state.message) == (3, state.chunks, "")
    late = await editor.search("how often does it try when the connection breaks")
    assert (late.passages[0].symbol, late.search.mode) == ("send_with_retries", SearchMode.HYBRID)
    assert late.passages[0].similarity >= similarity_thresholds_of(CPU_MODEL).related


async def test_a_passage_has_its_location_and_reasons(start: Start, project: Path) -> None:
    editor = await start(project)
    [passage, *_] = (await editor.search("check_password", limit=1)).passages
    lines = (project / "auth.py").read_text(encoding="utf-8").splitlines()
    assert (passage.path, passage.uri) == ("auth.py", (project / "auth.py").as_uri())
    assert "def check_password" in "\n".join(lines[passage.start_line - 1 : passage.end_line])
    assert "def check_password" in passage.preview
    assert passage.language == "python"
    assert passage.reasons


async def test_search_respects_the_limit(start: Start, project: Path) -> None:
    editor = await start(project)
    assert len((await editor.search("name password request", limit=2)).passages) == 2


async def test_sources_arrive_before_text_and_the_response_contains_everything(start: Start, project: Path) -> None:
    editor = await start(project)
    answer = await editor.ask(QUESTION, ask_id="seven")
    events = [event for event in editor.received if getattr(event, "ask_id", None) == "seven"]
    deltas = [event for event in events if isinstance(event, protocol.AnswerDelta)]
    notices = [event.message for event in events if isinstance(event, protocol.AnswerNotice)]
    assert isinstance(events[0], protocol.AnswerSources)
    assert events[0].sources == answer.sources
    assert [delta.seq for delta in deltas] == list(range(len(deltas)))
    assert "".join(delta.text for delta in deltas) == answer.text
    assert set(notices) <= set(answer.notices)
    assert answer.sources[0].symbol == "send_with_retries"
    assert answer.citations[0] == protocol.Citation(1, CitationState.CURRENT)
    assert answer.trace.search.chunks > 0
    assert (answer.ask_id, answer.failure, answer.model.runtime) == ("seven", "", "sources")


@pytest.mark.parametrize(
    "turn",
    [
        protocol.Turn("How is a password checked?", "`check_password` compares it with the stored hash [1]."),
        protocol.Turn("How is that done?", "By comparison [1].", ("check_password",)),
    ],
)
async def test_a_follow_up_question_uses_the_conversation(start: Start, project: Path, turn: protocol.Turn) -> None:
    editor = await start(project)
    params = protocol.AskParams("And where is it defined?", "2", history=(turn,))
    answer = await editor.request(protocol.ASK, params)
    assert answer.sources[0].path == "auth.py"
    assert answer.follow_ups
    assert params.question not in answer.follow_ups


async def test_sources_come_only_from_the_paths_in_scope(start: Start, project: Path) -> None:
    editor = await start(project)
    answer = await editor.request(
        protocol.ASK, protocol.AskParams(QUESTION, "3", scope=protocol.Scope(("docs/", "auth.py")))
    )
    assert {source.path for source in answer.sources} <= {"docs/guide.md", "auth.py"}
    found = await editor.request(
        protocol.SEARCH, protocol.SearchParams("send_with_retries name", scope=protocol.Scope(("docs/",)))
    )
    assert {passage.path for passage in found.passages} == {"docs/guide.md"}


async def test_a_missing_path_in_scope_is_refused_with_a_hint(start: Start, project: Path) -> None:
    editor = await start(project)
    with pytest.raises(JsonRpcException, match="missing/") as caught:
        await editor.request(protocol.ASK, protocol.AskParams(QUESTION, "4", scope=protocol.Scope(("missing/",))))
    assert caught.value.data["hint"]


async def test_search_filters_by_the_languages_kinds_roles_and_branches_that_exist(start: Start, project: Path) -> None:
    commit_all(project)
    (project / "new.py").write_text("class Guide:\n    def name_of_the_guide(self): ...\n", encoding="utf-8")
    editor = await start(project)
    await editor.until_read(project, 4)
    choices = await editor.request(protocol.INDEX_CHOICES, protocol.ChoicesParams())
    assert choices.languages == ("python", "markdown")
    assert {"function", "class", "section"} <= set(choices.kinds)
    assert choices.roles == (FileRole.CODE, FileRole.DOCUMENTATION)
    assert choices.branches == ("main",)
    assert await paths_of(editor, protocol.Scope(languages=("markdown",))) == {"docs/guide.md"}
    assert await paths_of(editor, protocol.Scope(kinds=("class", "section"))) == {"docs/guide.md", "new.py"}
    assert await paths_of(editor, protocol.Scope(roles=("documentation",))) == {"docs/guide.md"}
    assert await paths_of(editor, protocol.Scope(changed_since="main")) == {"new.py"}
    assert await paths_of(editor, protocol.Scope(languages=("markdown",), changed_since="main")) == set()


def commit_all(folder: Path) -> None:
    """Turn a folder into a repository with one commit on `main`."""
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "work"]):
        subprocess.run(["git", "-C", folder, "-c", "user.name=a", "-c", "user.email=a@b", *command], check=True)


async def paths_of(editor: Editor, scope: protocol.Scope) -> set[str]:
    """Return the files of the search results."""
    found = await editor.request(protocol.SEARCH, protocol.SearchParams("name of the guide", scope=scope))
    return {passage.path for passage in found.passages}


async def test_an_invalid_scope_is_refused_with_a_hint(start: Start, project: Path) -> None:
    editor = await start(project)
    with pytest.raises(JsonRpcException, match="cobol") as caught:
        await editor.request(protocol.ASK, protocol.AskParams(QUESTION, "4", scope=protocol.Scope((), ("cobol",))))
    assert "python" in caught.value.data["hint"]
    with pytest.raises(JsonRpcException, match="not in a git working tree") as caught:
        await editor.request(
            protocol.ASK, protocol.AskParams(QUESTION, "5", scope=protocol.Scope(changed_since="main"))
        )
    assert caught.value.data["hint"]


async def test_the_selection_is_the_first_source_with_its_unsaved_text(start: Start, project: Path) -> None:
    editor = await start(project)
    uri = (project / "auth.py").as_uri()
    editor.show(uri, "def unsaved(key):\n    return key\n")
    params = protocol.AskParams("What does this return?", "5", selection=protocol.Selection(uri, 1, 2, 0, 14))
    answer = await editor.request(protocol.ASK, params)
    assert (answer.sources[0].symbol, answer.sources[0].reasons) == ("unsaved", ("is selected",))
    assert protocol.Citation(1, CitationState.CURRENT) in answer.citations


async def test_unsaved_text_is_found_and_cited(start: Start, project: Path) -> None:
    editor = await start(project)
    await editor.until_read(project, 3)
    saved = (project / "retry.py").read_text(encoding="utf-8")
    shown = f"import time\n\n{saved}\n\ndef fold_the_paper():\n    return 'crane'\n"
    editor.show((project / "retry.py").as_uri(), shown)
    assert "fold_the_paper" in (await editor.search("fold_the_paper")).passages[0].preview
    answer = await editor.ask("What does send_with_retries do after a failure?")
    moved = answer.sources[0]
    assert "def send_with_retries" in "\n".join(shown.splitlines()[moved.start_line - 1 : moved.end_line])
    assert answer.citations[0].state is CitationState.CURRENT


async def test_excluded_content_is_not_found_in_open_documents(start: Start, project: Path) -> None:
    editor = await start(project)
    await editor.until_read(project, 3)
    body = base64.b64encode(random.Random(1).randbytes(300)).decode()
    key = f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----\n"
    editor.show((project / ".env").as_uri(), "fold_the_paper = 'crane'\n")
    editor.show((project / "auth.py").as_uri(), f'def fold_the_paper():\n    return """{key}"""\n')
    found = (await editor.search("fold_the_paper")).passages
    assert not [passage for passage in found if "fold_the_paper" in passage.preview]


async def test_a_mention_links_to_its_definition(start: Start, project: Path) -> None:
    editor = await start(project)
    answer = await editor.ask(QUESTION)
    mention = next(mention for mention in answer.mentions if mention.name == "send_with_retries")
    assert mention.place.uri == (project / "retry.py").as_uri()
    assert "def send_with_retries" in (project / "retry.py").read_text().splitlines()[mention.place.line - 1]


async def test_an_answer_from_the_embedded_model_is_streamed(start: Start, project: Path, small_model: str) -> None:
    editor = await start(project, options=embedded_model(small_model, answer_tokens=40))
    answer = await editor.ask(QUESTION)
    assert answer.failure == ""
    assert answer.model.runtime == "embedded"
    assert answer.trace.usage.answer_tokens > 0
    assert any(isinstance(event, protocol.AnswerProgress) for event in editor.received)


async def test_cancelling_stops_the_model_and_the_server_keeps_answering(
    start: Start, project: Path, small_model: str
) -> None:
    editor = await start(project, options=embedded_model(small_model, answer_tokens=4000))
    asked = asyncio.create_task(
        editor.request(protocol.ASK, protocol.AskParams(QUESTION, "long"), msg_id="the-long-one")
    )
    await editor.until(lambda: _deltas(editor))
    editor.cancel_request(CancelParams(id="the-long-one"))
    with pytest.raises(JsonRpcRequestCancelled):
        await within(asked, 10)
    received = _deltas(editor)
    assert (await editor.search("check_password")).passages
    assert _deltas(editor) == received


async def test_each_of_two_folders_is_searched_separately(start: Start, project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "paint.py").write_text("def mix_colours(first, second):\n    return first + second\n")
    editor = await start(project, other)
    assert (await editor.search("mix_colours", other)).passages[0].uri == (other / "paint.py").as_uri()
    assert (await editor.search("check_password", project)).passages[0].path == "auth.py"


def _deltas(editor: Editor) -> list[protocol.AnswerDelta]:
    return [event for event in editor.received if isinstance(event, protocol.AnswerDelta)]
