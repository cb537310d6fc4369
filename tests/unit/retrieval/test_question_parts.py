"""The description of a long question, what was pasted into it, and the boilerplate of its template."""

from __future__ import annotations

import pytest

from sourcewise.retrieval.question_parts import QuestionParts, question_parts

ISSUE = """<!-- Please search the existing issues
before you open a new one. -->
### Describe the bug
The proxy loses cookies after a redirect.

**To Reproduce**
```python
client = Client(proxy="http://localhost")
client.get("/login")
```
Expected behavior
The cookie is sent again.

- [x] I have searched the existing issues
- OS: Debian 12
- Library version: 2.4.1
=====
2026-11-30 10:11:12 INFO connecting
  File "/srv/app.py", line 12, in get
    return self._send(request)
"""


def test_the_description_of_an_issue_has_only_what_the_user_wrote() -> None:
    description = question_parts(ISSUE).description
    assert description.split("\n") == ["The proxy loses cookies after a redirect.", "", "The cookie is sent again."]


def test_pasted_code_logs_and_stack_traces_are_kept_apart() -> None:
    pasted = question_parts(ISSUE).pasted
    for part in ('client.get("/login")', "INFO connecting", "app.py", "return self._send(request)"):
        assert part in pasted


@pytest.mark.parametrize("question", ["", "where are cookies read", "how does\n`x = 1`\nwork", "    parse(x)"])
def test_a_short_question_is_only_a_description(question: str) -> None:
    assert question_parts(question) == QuestionParts(question)


def test_without_a_description_everything_describes_the_question() -> None:
    code = "```\nfor x in y:\n    parse(x)\n```"
    assert question_parts(code) == QuestionParts(code)
    template = "Describe the bug\n\n\nExpected behavior\n"
    assert question_parts(template) == QuestionParts(template)


def test_an_open_fence_reaches_to_the_end() -> None:
    parts = question_parts("It fails:\n```\na = 1\nb = 2")
    assert parts == QuestionParts("It fails:", "```\na = 1\nb = 2")


def test_an_ordinary_text_of_several_lines_is_a_description() -> None:
    text = "Versions are compared as text.\nSo 10 is before 9.\nThe environment is read twice.\nSummary: fix it."
    assert question_parts(text) == QuestionParts(text)
