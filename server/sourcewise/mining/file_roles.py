"""Classifies files by their role: product code, test, documentation, changelog, configuration and so on.

Hides the naming conventions of the ecosystems, as tables of folder names, file names and suffixes. A path decides; the
note on an indexed file adds what the heuristics of mining found in its text. The first matching rule wins, in the order
of `_role`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from sourcewise.domain.code import SkipReason
from sourcewise.domain.file_role import FileRole
from sourcewise.mining.abridging import is_abridged
from sourcewise.mining.generators import generator_of_name
from sourcewise.mining.reasons import included_although


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_VENDORED_FOLDERS = _words(
    """vendor vendored _vendor _vendored third_party third-party thirdparty 3rdparty node_modules bower_components
    jspm_packages extern external externals deps bundled submodules pods carthage"""
)
# Names of folders, in lower case. Where folders of several roles surround a file, the first role here wins.
_FOLDERS: dict[FileRole, frozenset[str]] = {
    FileRole.TEST: _words(
        """test tests t xt spec specs __tests__ __test__ __mocks__ __fixtures__ __snapshots__ fixture fixtures testdata
        testfixtures unittest unittests unit-test functional-test integration-test integration_test e2e e2e-test
        system-test smoke-test acceptance conformance regress regression cypress testcases testsuite testthat mocks
        golden goldens fuzz fuzzing step_definitions"""
    ),
    FileRole.BENCHMARK: _words("bench benches benchmark benchmarks benchmarking microbenchmarks perf jmh asv_bench"),
    FileRole.EXAMPLE: _words(
        """example examples sample samples demo demos snippets tutorial tutorials cookbook quickstart quickstarts
        playground playgrounds docs_src doc_src showcase sandbox"""
    ),
    FileRole.DOCUMENTATION: _words(
        """doc docs documentation documents man manual manuals manpages guide guides website wiki rfcs adr javadoc
        userguide docsite"""
    ),
}
# First or last words in the names of folders: `Foo.Tests`, `docs-v3`, `_examples`.
_FOLDER_ENDS: dict[FileRole, frozenset[str]] = {
    FileRole.TEST: _words("tests specs"),
    FileRole.BENCHMARK: _words("benchmark benchmarks benches"),
    FileRole.EXAMPLE: _words("examples samples demos"),
    FileRole.DOCUMENTATION: _words("docs documentation"),
}
# `jvmTest` and `foo_test`, but not `tokio-test`, which is a library for tests.
_TEST_FOLDER = re.compile(r"[a-z0-9]Test$|[_.]test$")
_NOT_LOWER_CASE_LETTER_OR_DIGIT = re.compile(r"[^a-z0-9]+")

_CHANGELOG_FOLDERS = _words(
    """changelog changelogs changelog.d changes changes.d .changes .changeset changelog_unreleased newsfragments news
    news.d relnotes releasenotes release-notes release_notes releases whatsnew whats-new unreleased upgrading"""
)
_CHANGELOG_NAME = re.compile(
    r"""^(?: change[-_]?(?:s|log)s? | history | news | release[-_]?(?:notes?|history) | releases | relnotes
    | what'?s[-_]?new | upgrad(?:e|ing) | migrat(?:ion|ing) | updating )
    (?: [-_.]?(?: guide | unreleased | next | archive | old | notes ))*+ (?: [-_.]?v?\d[\w.-]*+ )?$""",
    re.VERBOSE | re.IGNORECASE,
)

_PROSE_SUFFIXES = _words(
    """md markdown mdx mkd rst rest adoc asciidoc asc txt text org tex texi texinfo pod rdoc textile man troff"""
)
_MAN_PAGE = re.compile(r"\.[1-9]\w{0,3}(?:\.in)?$")
_DOCUMENT_NAMES = _words(
    """readme license licence copying copyright authors contributors contributing maintainers security code_of_conduct
    governance support acknowledgements thanks todo install hacking faq notice credits roadmap citation codeowners"""
)
_DATA_SUFFIXES = _words(
    "csv tsv tab dat jsonl ndjson geojson po pot xlf xliff svg parquet avro lst har snap patch diff bib ics"
)
_CONFIGURATION_SUFFIXES = _words(
    """json jsonc json5 yaml yml toml ini cfg conf config properties xml plist cmake bazel bzl mk mak am ac m4 in gradle
    sbt gemspec podspec rockspec cabal csproj fsproj vbproj vcxproj props targets sln slnx nuspec resx spec lock nix
    editorconfig env dhall pro pri wrap gn gni ninja service desktop rc xsd dtd hcl pc webmanifest code-workspace iml
    manifest ruleset xcconfig pbxproj xcscheme entitlements"""
)
_CONFIGURATION_NAMES = _words(
    """makefile gnumakefile dockerfile containerfile jenkinsfile vagrantfile procfile rakefile gemfile podfile fastfile
    brewfile guardfile capfile steepfile pipfile justfile snakefile cmakelists.txt build workspace module.bazel
    sconstruct sconscript wscript setup.py noxfile.py fabfile.py conanfile.py conanfile.txt manifest.in meson.build
    mix.exs rebar.config build.zig package.swift build.rs build.sbt gruntfile.js gulpfile.js package.json tsconfig.json
    go.mod go.work stack.yaml setup.hs configure configure.in bootstrap autogen.sh"""
)
_CONFIGURATION_NAME = re.compile(
    r"""^\.[^.]+$ | ^\.[\w.-]+(?:rc|ignore|config)(?:\.\w+)?$ | \.config\.[cm]?[jt]s$ | rc\.[cm]?js$ | \.gradle\.kts$
    | ^(?:requirements|constraints)[\w.-]*\.(?:txt|in)$ | ^(?:dockerfile|makefile)\. | \.dockerfile$
    | \.(?:json|ya?ml|toml|cmake|conf|xml)\.(?:in|dist|example|sample|tmpl|template)$""",
    re.VERBOSE,
)
_CONFIGURATION_FOLDERS = _words(
    """.github .gitlab .circleci .azure-pipelines .buildkite .vscode .idea .devcontainer .husky .teamcity .config ci
    cmake m4 debian packaging"""
)


def _test_names(suffixes: str, stem: str) -> dict[str, re.Pattern[str]]:
    """Return how an ecosystem names its test files: by suffix, the pattern of the name without it."""
    return dict.fromkeys(_words(suffixes), re.compile(rf"^(?:{stem})"))


_TEST_NAMES: dict[str, re.Pattern[str]] = {
    **_test_names("py pyi", r"test_|tests?$|conftest$|.+_tests?$"),
    **_test_names("go", r".+_test$"),
    **_test_names("js mjs cjs jsx ts mts cts tsx vue svelte", r".+[._-](?:tests?|spec|e2e|cy|test-d)$|tests?$"),
    **_test_names(
        "java kt kts scala groovy", r".*[A-Za-z0-9](?:Tests?|TestCases?|IT|ITCase|Specs?|Suite)$|Test[A-Z]\w*$"
    ),
    **_test_names("cs fs vb", r".+(?:Tests?|Specs?|Fixture)$"),
    **_test_names("php", r".+(?:Test|Cest)$"),
    **_test_names("phpt bats feature", r""),
    **_test_names("rb", r".+_(?:spec|test)$|test_|(?:spec|test|rails)_helper$"),
    **_test_names("rs", r"(?:tests?|mocks?)$|.+_tests?$|test_"),
    **_test_names("c cc cpp cxx h hh hpp m mm cu", r".+[._-](?:tests?|unittests?|gtest)$|test[._-]|tst_|.*Tests?$"),
    **_test_names("ex exs", r".+_test$|test_helper$"),
    **_test_names("hs lhs", r".*(?:Spec|Tests?)$"),
    **_test_names("lua", r".+_(?:spec|test)$|test_"),
    **_test_names("swift", r".+Tests?$"),
    **_test_names("dart clj cljs cljc jl r ml zig nim d cr", r".+_test$|test[_-]|runtests$"),
    **_test_names("erl", r".+_(?:SUITE|tests?)$"),
    **_test_names("t", r""),
    **_test_names("sh bash", r"test[._-]|(?:.+[._-])?tests?$"),
}
_BENCHMARK_NAME = re.compile(r"(?:^|[._-])bench(?:mark)?s?(?:[._-]|$)|(?:Benchmarks?|Bench)$")
_EXAMPLE_NAME = re.compile(r"[._-](?:examples?|samples?|demos?)$|^(?:examples?|samples?|demos?)[.-]?\d*$")


def file_role(path: str, note: str = "") -> FileRole:
    """Return the role of a file.

    Args:
        path: relative to the indexed folder, with `/`.
        note: the note on the indexed file, see `SourceFile`; it may report generated text or rows of data.
    """
    if note and included_although(note) in {SkipReason.GENERATED, SkipReason.MINIFIED}:
        return FileRole.GENERATED
    role = _role_of_path(path)
    return FileRole.DATA if role is FileRole.CONFIGURATION and is_abridged(note) else role


@lru_cache(maxsize=131_072)
def _role_of_path(path: str) -> FileRole:
    *folders, name = path.split("/")
    if any(folder.lower() in _VENDORED_FOLDERS for folder in folders):
        return FileRole.VENDORED
    return FileRole.GENERATED if generator_of_name(path) else _role(folders, name)


def _role(folders: list[str], name: str) -> FileRole:
    of_folders = _role_of_folders(folders)
    if _is_configuration_name(name) and of_folders is not FileRole.TEST:
        return FileRole.CONFIGURATION
    stem, suffix = _split(name)
    return (
        _role_of_prose(folders, name, stem, suffix, in_tests=of_folders is FileRole.TEST)
        or _role_of_name(stem, suffix)
        or of_folders
        or _role_of_suffix(folders, suffix)
    )


def _role_of_prose(folders: list[str], name: str, stem: str, suffix: str, *, in_tests: bool) -> FileRole | None:
    is_document = stem.lower() in _DOCUMENT_NAMES
    is_prose = suffix in _PROSE_SUFFIXES or is_document or _MAN_PAGE.search(name) is not None
    if (is_prose or not suffix) and _is_changelog(folders, stem):
        return FileRole.CHANGELOG
    if not is_prose:
        return None
    return FileRole.TEST if in_tests and not is_document else FileRole.DOCUMENTATION


def _role_of_name(stem: str, suffix: str) -> FileRole | None:
    if suffix in _TEST_NAMES and _TEST_NAMES[suffix].match(stem):
        return FileRole.TEST
    if _BENCHMARK_NAME.search(stem):
        return FileRole.BENCHMARK
    return FileRole.EXAMPLE if _EXAMPLE_NAME.search(stem) else None


def _role_of_suffix(folders: list[str], suffix: str) -> FileRole:
    if suffix in _DATA_SUFFIXES:
        return FileRole.DATA
    is_configuration = suffix in _CONFIGURATION_SUFFIXES or any(
        folder.lower() in _CONFIGURATION_FOLDERS for folder in folders
    )
    return FileRole.CONFIGURATION if is_configuration else FileRole.CODE


def _role_of_folders(folders: list[str]) -> FileRole | None:
    roles = {_role_of_folder(folder) for folder in folders}
    return next((role for role in _FOLDERS if role in roles), None)


@lru_cache(maxsize=16_384)
def _role_of_folder(folder: str) -> FileRole | None:
    lowered = folder.lower()
    if role := next((role for role, names in _FOLDERS.items() if lowered in names), None):
        return role
    if _TEST_FOLDER.search(folder):
        return FileRole.TEST
    words = [word for word in _NOT_LOWER_CASE_LETTER_OR_DIGIT.split(lowered) if word]
    ends = {*words[:1], *words[-1:]}
    return next((role for role, names in _FOLDER_ENDS.items() if ends & names), None)


def _split(name: str) -> tuple[str, str]:
    """Return the name without its suffix, and the suffix in lower case without the dot."""
    stem, dot, suffix = name.rpartition(".")
    return (stem, suffix.lower()) if dot and stem else (name, "")


def _is_configuration_name(name: str) -> bool:
    lowered = name.lower()
    return lowered in _CONFIGURATION_NAMES or _CONFIGURATION_NAME.search(lowered) is not None


def _is_changelog(folders: list[str], stem: str) -> bool:
    return _CHANGELOG_NAME.match(stem) is not None or any(folder.lower() in _CHANGELOG_FOLDERS for folder in folders)
