"""The pages of documentation agree with the code, the files and each other."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import click
import pytest

from sourcewise import cli, errors
from sourcewise.cli.program import INTERRUPTED
from sourcewise.domain.code import SkipReason
from sourcewise.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = [
    page.relative_to(ROOT).as_posix()
    for folder in ("", "server", "extension", "server/sourcewise/chunking/queries")
    for page in sorted((ROOT / folder).glob("*.md"))
]
SERVER_PAGES = ("ARCHITECTURE", "BENCHMARKS", "CLI", "LANGUAGES", "RETRIEVAL", "SETTINGS", "TROUBLESHOOTING")
# A word of capitals stands for a name that the reader chooses.
PLACEHOLDER = re.compile(r"/[A-Z]{3,}\.")
BUILT = ("extension/dist",)
COMMANDS = {name: command for name, command in cli.main.commands.items() if isinstance(command, click.Command)}


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def without_code(text: str) -> str:
    """Return the text without code blocks and inline code, where brackets are not links."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"(`+).+?\1", "", re.sub(r"^ {4}.*$", "", text, flags=re.MULTILINE))


def anchors_of(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as on GitHub."""
    titles = re.findall(r"^#+ +(.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def problem_of(link: str, page: str) -> str:
    if re.match(r"https://|mailto:", link):
        return ""
    path, _, anchor = link.partition("#")
    target = (ROOT / page).parent / path if path else ROOT / page
    if not target.exists():
        return f"{page} links to {link}, which does not exist"
    if anchor and anchor not in anchors_of(target):
        return f"{page} links to {link}, which has no such heading"
    return ""


def section_of(page: str, heading: str) -> str:
    found = re.search(rf"^(#+) {re.escape(heading)}$\n(.*?)(?=^#{{1,3}} |\Z)", read(page), re.MULTILINE | re.DOTALL)
    assert found, f"{page} has no section {heading}"
    return found[2]


@pytest.mark.parametrize("page", PAGES)
def test_the_target_of_every_link_and_image_exists(page: str) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", without_code(read(page)))
    assert [problem for link in links if (problem := problem_of(link, page))] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_file_of_the_repository_that_a_page_names_exists(page: str) -> None:
    named = re.findall(r"(?<![\w/.-])((?:tests|server|extension)/[\w./-]*[\w/])(?!-[A-Z]|…)", read(page))
    missing = [path for path in named if not path.startswith(BUILT) and not (ROOT / path).exists()]
    missing = [path for path in missing if not PLACEHOLDER.search(path)]
    assert missing == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_described(name: str) -> None:
    section = section_of("server/CLI.md", f"`{name}`")
    assert f"`sourcewise {name}" in section
    rows = [line.partition(" | ")[0] for line in section.splitlines() if line.startswith("| `-")]
    described = {option for row in rows for option in re.findall(r"(?<![\w-])(--[a-z][a-z-]+|-[A-Za-z])\b", row)}
    options = [option for option in COMMANDS[name].params if isinstance(option, click.Option)]
    assert described == {way for option in options for way in option.opts if option.name != "help"}


def test_every_argument_is_in_the_usage_of_its_command() -> None:
    for name, command in COMMANDS.items():
        arguments = [each.make_metavar(click.Context(command)) for each in command.params if each.opts[0][0] != "-"]
        usage = " ".join(["sourcewise", name, *arguments])
        assert f"`{usage}`" in section_of("server/CLI.md", f"`{name}`")


def test_every_exit_code_is_described() -> None:
    described = set(map(int, re.findall(r"^\| (\d+) \|", section_of("server/CLI.md", "Exit codes"), re.MULTILINE)))
    kinds = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, errors.UserError)]
    assert described == {0, INTERRUPTED} | {kind.exit_code for kind in kinds}


def test_every_reason_to_skip_a_file_is_described() -> None:
    section = section_of("server/CLI.md", "`skipped`")
    assert [reason.value for reason in SkipReason if f"`{reason.value}`" not in section] == []


def test_every_setting_that_a_page_names_exists() -> None:
    known = {spec.metadata["name"] for spec in fields(Settings)}
    table = set(re.findall(r"^\| `([\w.]+)` \|", read("server/SETTINGS.md"), re.MULTILINE))
    assert known <= table
    groups = "|".join({name.partition(".")[0] for name in table})
    for page in ("README.md", "SECURITY.md", "extension/README.md", *(f"server/{name}.md" for name in SERVER_PAGES)):
        named = re.findall(rf"`(?:sourcewise\.)?((?:{groups})\.[a-z]+[A-Z]?\w*)`", read(page))
        files = {name for name in named if name.endswith((".py", ".md"))}
        assert set(named) - files <= table, page


@pytest.mark.parametrize("heading", re.findall(r"^## (.+)$", read("server/BENCHMARKS.md"), re.MULTILINE))
def test_every_figure_names_the_command_that_measured_it(heading: str) -> None:
    section = section_of("server/BENCHMARKS.md", heading)
    measured = r"`(?:time )?(?:npm |node |sourcewise |du )"
    if "| command |" not in section:
        assert re.search(measured, section), heading
    for table in re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE):
        head, _, *rows = table.splitlines()
        if head.endswith("| command |"):
            assert [row for row in rows if not re.search(rf"{measured}|the same", row.rsplit(" | ", 1)[1])] == []


def test_the_layers_are_those_that_import_linter_checks() -> None:
    contracts = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    rows = re.findall(r"^\| ((?:`\w+` )+)\|", section_of("server/ARCHITECTURE.md", "Layers"), re.MULTILINE)
    assert [" ".join(re.findall(r"\w+", row)) for row in rows] == [
        layer.replace(" | ", " ") for layer in contracts[0]["layers"]
    ]


@pytest.mark.parametrize("page", ["server/ARCHITECTURE.md", "server/RETRIEVAL.md"])
def test_the_modules_that_a_page_for_contributors_names_exist(page: str) -> None:
    places = (ROOT / "server" / "sourcewise", ROOT / "extension" / "src", ROOT)
    named = set(re.findall(r"`([\w/]+(?:/|\.(?:py|ts|json|toml)))`", read(page)))
    named |= {f"{module}.py" for module in re.findall(r"`((?:retrieval|storage|indexing|text)/\w+)`", read(page))}
    inside = {file.name for place in places[:2] for file in place.rglob("*")}
    missing = [name for name in named if not any((place / name).exists() for place in places) and name not in inside]
    assert len(named) > 10
    assert missing == []


def test_the_security_page_names_a_test_for_every_promise() -> None:
    promises = re.findall(r"^(\d)\. \*\*", section_of("SECURITY.md", "Promises"), re.MULTILINE)
    tested = section_of("SECURITY.md", "How it is tested")
    assert len(re.findall(r"`tests/[\w/.]+`", tested)) > 10
    assert [number for number in promises if not re.search(rf"^\| [\d, ]*{number}\b", tested, re.MULTILINE)] == []


def test_the_address_of_the_marketplace_images_is_one_constant_that_releasing_names() -> None:
    name, address = re.findall(
        r'^export const (IMAGE_BASE) = "(.*)";$', read("extension/marketplace.mjs"), re.MULTILINE
    )[0]
    assert f"`{name}` in `extension/marketplace.mjs`" in read("RELEASING.md")
    assert not address or address.startswith("https://")


def test_the_changelog_is_dated() -> None:
    versions = re.findall(r"^## (.*)$", read("CHANGELOG.md"), re.MULTILINE)
    assert versions[0] == "[Unreleased]"
    assert [version for version in versions[1:] if not re.fullmatch(r"\[[\d.]+\] - \d{4}-\d\d-\d\d", version)] == []
