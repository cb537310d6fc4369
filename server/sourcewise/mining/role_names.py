"""The names of folders and files that show the role of a file, as tables of the conventions of the ecosystems."""

from __future__ import annotations

import re
from typing import NamedTuple

from sourcewise.domain.file_role import FileRole


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# --- folders: names in lower case, without underscores at their ends ---------------------------------------

# Where folders of several roles surround a file, the first role here wins.
FOLDERS: dict[FileRole, frozenset[str]] = {
    FileRole.BENCHMARK: _words(
        "bench benches benchmark benchmarks benchmarking benchsuite microbenchmarks perf jmh asv_bench"
    ),
    FileRole.TEST: _words(
        """test tests t xt spec specs mocks fixtures fixture snapshots testdata testfixtures testutil testutils
        testhelper testhelpers unittest unittests unit-test functional-test integration-test integration_test e2e
        e2e-test system-test smoke-test acceptance conformance regress regression cypress testcases testsuite testthat
        golden goldens fuzz fuzzing step_definitions test-d androidtest"""
    ),
    FileRole.EXAMPLE: _words(
        """example examples sample samples demo demos snippets tutorial tutorials cookbook quickstart quickstarts
        playground playgrounds docs_src doc_src showcase sandbox"""
    ),
    FileRole.DOCUMENTATION: _words(
        """doc docs documentation documents man manual manuals manpages guide guides website wiki rfcs adr javadoc
        userguide docsite"""
    ),
}
# First or last words in the names of folders: `Foo.UnitTests`, `docs-v3`, `_examples`.
FOLDER_ENDS: dict[FileRole, frozenset[str]] = {
    FileRole.BENCHMARK: _words("benchmark benchmarks benches"),
    FileRole.TEST: _words("tests specs unittests integrationtests functionaltests"),
    FileRole.EXAMPLE: _words("example examples samples demo demos"),
    FileRole.DOCUMENTATION: _words("docs documentation"),
}
# `jvmTest`, `MyAppTests` and `foo_test`, but not `tokio-test`, which is a library for tests.
TEST_FOLDER = re.compile(r"[A-Za-z0-9]Tests$|[a-z0-9]Test$|[_.][Tt]est$")
WORD_ENDS = re.compile(r"[^a-z0-9]+")
# Folders of product code, and names that below them are likely subjects of the product: `src/wiki`, `pkg/spec`.
SOURCE_FOLDERS = _words("src lib app internal pkg")
AMBIGUOUS_FOLDERS = _words(
    """t xt spec specs unittest mocks golden fuzz acceptance conformance regression perf snippets sandbox playground
    showcase tutorial tutorials documents man manual manuals guide guides website wiki"""
)
# The main source set of a Java or Kotlin project.
MAIN = re.compile(r"^main$|[a-z]Main$")

VENDORED_FOLDERS = _words(
    """_vendor _vendored vendored third_party third-party thirdparty 3rdparty node_modules bower_components .yarn
    jspm_packages"""
)
VENDORED_CASED = _words("Pods Carthage")
MAYBE_VENDORED = _words("vendor extern external externals deps bundled submodules")
CONFIGURATION_FOLDERS = _words(
    """.github .gitlab .circleci .azure-pipelines .buildkite .vscode .idea .devcontainer .husky .teamcity .config
    cmake m4"""
)
OUTERMOST_CONFIGURATION_FOLDERS = _words("ci debian packaging")
DATA_FOLDERS = _words("data locales locale _locales translations i18n l10n lang")
CHANGELOG_FOLDERS = _words(
    """changelog changelogs .changelog changelog.d changes changes.d .changes .changeset changelog_unreleased
    newsfragments news news.d relnotes releasenotes release-notes release_notes releases whatsnew whats-new unreleased
    upgrading"""
)
# Folders where a file in YAML is an entry of the changelog too.
FRAGMENT_FOLDERS = _words(
    "changelog changelogs .changelog changelog.d .changes changelog_unreleased newsfragments .chloggen"
)
FRAGMENT_SUFFIXES = _words("yml yaml")
SPECIFICATIONS = _words("spec specs")

# --- texts ------------------------------------------------------------------------------------------------

CHANGELOG_NAME = re.compile(
    r"""(?: change[-_]?(?:s|log)s? | history | news | (?:\d\d-)?release[-_]?(?:notes?|history) | releases | relnotes
    | what'?s[-_]?new | upgrad(?:e|ing) | migrat(?:ion|ing) | updating )
    (?: [-_.]?(?: guide | unreleased | next | archive | old | notes ))* (?: [-_.]?v?\d[\w.-]* )?$""",
    re.VERBOSE | re.IGNORECASE,
)
PROSE_SUFFIXES = _words(
    """md markdown mdx mkd rst rest adoc asciidoc asc txt text org tex texi texinfo pod rdoc textile man troff"""
)
# The end of a version: `release-notes/VERSION-2.x`.
VERSION_SUFFIX = re.compile(r"^(?:\d\w*|x)$")
MAN_PAGE = re.compile(r"\.[1-9]\w{0,3}(?:\.in)?$")
# Words in the names of documents.
DOCUMENTS = _words(
    """readme license licence unlicense copying copyright authors contributors contributing maintainers security
    governance support acknowledgements thanks todo install hacking faq notice notices credits roadmap citation
    codeowners conduct bugs usage manifesto"""
)
LICENSES = _words("license licence copying readme authors")

# --- data, configuration and generated files --------------------------------------------------------------

DATA_SUFFIXES = _words(
    """csv tsv tab dat jsonl ndjson geojson po pot xlf xliff arb strings svg parquet avro lst har snap patch diff bib
    ics pem crt key"""
)
DATA_NAMES = _words("strings.xml plurals.xml arrays.xml")
CONFIGURATION_SUFFIXES = _words(
    """json jsonc json5 yaml yml toml ini cfg conf config properties xml plist cmake bazel bzl bzlmod mk mak am ac m4 in
    gradle sbt gemspec podspec rockspec cabal csproj fsproj vbproj vcxproj props targets sln slnx nuspec resx spec lock
    nix editorconfig env dhall pro pri wrap gn gni ninja service desktop rc xsd dtd hcl pc webmanifest code-workspace
    iml manifest ruleset xcconfig pbxproj xcscheme xcprivacy entitlements neon dist dotsettings factories"""
)
CONFIGURATION_NAMES = _words(
    """makefile gnumakefile dockerfile containerfile jenkinsfile vagrantfile procfile rakefile gemfile podfile fastfile
    brewfile guardfile capfile steepfile pipfile justfile snakefile earthfile emakefile mkfile caddyfile cmakelists.txt
    build workspace module.bazel sconstruct sconscript wscript setup.py noxfile.py fabfile.py conanfile.py
    conanfile.txt manifest.in meson.build mix.exs rebar.config build.zig package.swift build.rs build.sbt gruntfile.js
    gulpfile.js package.json tsconfig.json go.mod go.work stack.yaml setup.hs setup.lhs configure configure.in
    bootstrap autogen.sh install-sh depcomp config.guess config.sub rust-toolchain version robots.txt makefile.pl
    build.pl cpanfile config.ru
    kconfig kbuild"""
)
# Patterns of the folder and the name, in lower case.
CONFIGURATION_NAME = re.compile(
    r"""(?:^|/)\.[^/]+$ | \.config\.[cm]?[jt]s$ | rc\.[cm]?js$ | \.gradle\.kts$
    | (?:^|/)(?:requirements|constraints)[^/]*\.(?:txt|in)$ | ^requirements/[^/]+\.(?:txt|in)$
    | (?:^|/)(?:dockerfile|makefile)\. | \.dockerfile$
    | _defconfig$ | \.(?:json|ya?ml|toml|cmake|conf|xml)\.(?:in|dist|example|sample|tmpl|template)$""",
    re.VERBOSE,
)
GENERATED_FOLDER = re.compile(r"^(?:__)?generated(?:__)?$|\.(?:egg|dist)-info$")
GENERATED_NAME = re.compile(
    r"""[._-]generated\.\w+$ | \.gen\.(?:go|ts|rs)$ | \.pb\.(?:go|cc|h|dart)$ | _pb2(?:_grpc)?\.pyi?$
    | \.(?:g|freezed)\.dart$ | \.g\.cs$ | ^zz_generated\. | \.min\.(?:js|css|mjs)$ | ^PKG-INFO$""",
    re.VERBOSE,
)

# --- names of tests, benchmarks and examples --------------------------------------------------------------


class _TestNames(NamedTuple):
    """How an ecosystem names its test files."""

    suffixes: frozenset[str]
    stem: re.Pattern[str]


def _test_names(suffixes: str, stem: str) -> _TestNames:
    return _TestNames(_words(suffixes), re.compile(stem))


_JAVASCRIPT_SUFFIXES = _words("js mjs cjs jsx ts mts cts tsx vue svelte")
_TEST_NAMES = (
    _test_names("py pyi", r"test_|tests?$|conftest$|.+_tests?$"),
    _test_names("go", r".+_test$"),
    _TestNames(_JAVASCRIPT_SUFFIXES, re.compile(r".+[._-](?:tests?|spec|e2e|cy|test-d)$|tests?$")),
    _test_names(
        "java kt kts scala groovy", r".*[A-Za-z0-9](?:Tests?|TestCases?|IT|ITCase|Specs?|Suite)$|Test[A-Z]\w*$"
    ),
    _test_names("cs fs vb", r".+(?:Tests?|Specs?|Fixture)$"),
    _test_names("php", r".+(?:Test|Cest)$"),
    _test_names("phpt bats feature", r""),
    _test_names("rb", r".+_(?:spec|test)$"),
    _test_names("rs", r"(?:tests?|mocks?)$|.+_tests?$|test_"),
    _test_names(
        "c cc cpp cxx h hh hpp inc m mm cu",
        r".+[._-](?:tests?|unittests?|gtest)$|.+_test_.+|(?:unit)?test[._-]|tst_|.*Tests?$",
    ),
    _test_names("exs", r".+_test$|test_helper$"),
    _test_names("hs lhs", r".*(?:Spec|Tests?)$"),
    _test_names("lua", r".+_(?:spec|test)$|test_"),
    _test_names("swift", r".+Tests?$"),
    _test_names("dart clj cljs cljc jl r ml zig nim d cr", r".+_test$|test[_-]|runtests$"),
    _test_names("erl", r".+_(?:SUITE|tests?)$"),
    _test_names("t", r""),
    _test_names("sh bash", r"test[._-]|(?:.+[._-])?tests?$"),
)
# Names that say nothing below a source folder, where `test.js` may be the command `test` of the product.
PLAIN_NAMES = _words("test tests benchmark benchmarks bench example sample demo")
BENCHMARK_NAME = re.compile(r"(?:^|[._-])bench(?:mark)?s?(?:[._-]|$)|(?:Benchmarks?|Bench)$")
EXAMPLE_NAME = re.compile(
    r"[._-](?:examples?|samples?|demos?)$|^(?:examples?|samples?|demos?)[.-]?\d*$|\.stor(?:y|ies)$"
)


def is_test_name(stem: str, suffix: str, *, in_sources: bool) -> bool:
    """Return whether the name of a file is that of a test.

    Args:
        stem: the name without its suffix.
        suffix: the suffix in lower case, without the dot.
        in_sources: whether it is in a folder of product code, where a plain `test` may be part of the product.
    """
    if in_sources and stem in PLAIN_NAMES and suffix in _JAVASCRIPT_SUFFIXES:
        return False
    return any(suffix in names.suffixes and names.stem.match(stem) for names in _TEST_NAMES)
