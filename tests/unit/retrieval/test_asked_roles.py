"""The roles of files that a question asks for."""

from __future__ import annotations

import pytest

from sourcewise.domain.file_role import FileRole
from sourcewise.retrieval.asked_roles import asked_roles, wanted_roles


@pytest.mark.parametrize(
    ("question", "role"),
    [
        ("where is the parser tested", FileRole.TEST),
        ("fix the flaky proxy test", FileRole.TEST),
        ("tests: expect the new message", FileRole.TEST),
        ("Testcase for errors in BeforeHtml", FileRole.TEST),
        ("what does test_redirects_are_followed check", FileRole.TEST),
        ("docs: describe timeouts", FileRole.DOCUMENTATION),
        ("README: mention the new flag", FileRole.DOCUMENTATION),
        ("the wrong default in docs/usage.md", FileRole.DOCUMENTATION),
        ("what changed in 2.0", FileRole.CHANGELOG),
        ("release notes of the last version", FileRole.CHANGELOG),
        ("pin the compiler in the Dockerfile", FileRole.CONFIGURATION),
        ("an example of a custom transport", FileRole.EXAMPLE),
        ("which benchmark covers hashing", FileRole.BENCHMARK),
    ],
)
def test_a_plain_request_asks_for_the_role(question: str, role: FileRole) -> None:
    assert role in wanted_roles(question)


@pytest.mark.parametrize(
    "question",
    [
        "how does the test client send requests",
        "how is the test server started",
        "how are JSON documents parsed",
        "how is the configuration merged",
        "which version of the protocol is used",
        "how does the build cache work",
        "how are HTML attributes escaped",
        "how are assertions compared",
    ],
)
def test_a_question_about_code_asks_for_code(question: str) -> None:
    assert wanted_roles(question) == {FileRole.CODE}


def test_estimates_are_graded() -> None:
    few, more = (asked_roles(question)[FileRole.TEST] for question in ("testing a route", "the unit tests of a route"))
    assert 0.0 < few < 0.5 < more < 1.0
    assert asked_roles("how are routes matched")[FileRole.TEST] == 0.0
