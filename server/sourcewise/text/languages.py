"""Detects the language of a file by its name, its first line, or the content of a C header."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

UNKNOWN = "text"

SUFFIXES: dict[str, str] = {
    suffix: language
    for language, suffixes in {
        "python": "py pyi pyw",
        "cython": "pyx pxd pxi",
        "javascript": "js mjs cjs jsx",
        "typescript": "ts mts cts",
        "tsx": "tsx",
        "java": "java",
        "go": "go",
        "rust": "rs",
        "c": "c",
        "cpp": "cpp cc cxx c++ hpp hh hxx h++ ipp inl tpp ixx cppm ino",
        "cuda": "cu cuh",
        "solidity": "sol",
        "csharp": "cs csx",
        "ruby": "rb rake gemspec ru",
        "php": "php phtml php5 php7",
        "kotlin": "kt kts",
        "swift": "swift",
        "scala": "scala sc sbt",
        "lua": "lua",
        "bash": "sh bash zsh ksh bats",
        "html": "html htm xhtml",
        "css": "css",
        "json": "json jsonc json5 geojson webmanifest ipynb code-workspace",
        "yaml": "yaml yml",
        "toml": "toml",
        "markdown": "md markdown mdx mkd",
        "sql": "sql ddl dml psql",
        "elixir": "ex exs",
        "zig": "zig zon",
        "julia": "jl",
        "haskell": "hs",
        "ocaml": "ml",
        "ocaml_interface": "mli",
        "perl": "pl pm t",
        "hcl": "hcl tf tfvars",
        "fortran": "f90 f95 f03 f08 f18",  # free form; no grammar reads the fixed form of .f and .for
        "make": "mk mak make",
        "dockerfile": "dockerfile",
        "restructuredtext": "rst rest",
        "asciidoc": "adoc asciidoc asc",
        "vue": "vue",
        "svelte": "svelte",
        "astro": "astro",
        "scss": "scss sass",
        "less": "less",
        "xml": "xml xsd xsl xslt svg csproj props targets plist",
        "ini": "ini cfg conf properties editorconfig",
        "csv": "csv tsv",
        "graphql": "graphql gql",
        "protobuf": "proto",
        "powershell": "ps1 psm1 psd1",
        "batch": "bat cmd",
        "r": "r",
        "dart": "dart",
        "groovy": "groovy gradle",
        "clojure": "clj cljs cljc edn",
        "erlang": "erl hrl",
        "fsharp": "fs fsx fsi",
        "objective-c": "m mm",
        "nix": "nix",
        "vim": "vim",
        "tex": "tex sty bib",
        "cmake": "cmake",
    }.items()
    for suffix in suffixes.split()
}
"""The language of each suffix, without its dot. A `.h` file is C or C++, which its text decides."""

FILE_NAMES: dict[str, str] = {
    name: language
    for language, names in {
        "make": "makefile gnumakefile bsdmakefile",
        "dockerfile": "dockerfile containerfile",
        "ruby": "gemfile rakefile vagrantfile podfile fastfile brewfile guardfile capfile",
        "python": "sconstruct sconscript wscript",
        "groovy": "jenkinsfile",
        "cmake": "cmakelists.txt",
        "bash": ".bashrc .bash_profile .bash_aliases .profile .zshrc .zshenv .zprofile pkgbuild",
        "json": ".prettierrc .eslintrc .babelrc .swcrc composer.lock pipfile.lock",
        "toml": "pipfile cargo.lock poetry.lock uv.lock",
        "yaml": ".clang-format .clang-tidy",
        "ini": ".gitconfig .editorconfig .npmrc .flake8 .pylintrc",
    }.items()
    for name in names.split()
}
"""The language of each well-known file name."""

INTERPRETERS: dict[str, str] = {
    **dict.fromkeys(("python", "pypy", "uv"), "python"),
    **dict.fromkeys(("node", "nodejs"), "javascript"),
    **dict.fromkeys(("ts-node", "tsx", "deno", "bun"), "typescript"),
    **dict.fromkeys(("sh", "bash", "zsh", "ksh", "dash", "ash"), "bash"),
    **dict.fromkeys(("ruby", "php", "lua", "perl", "elixir", "julia", "swift", "scala"), ""),
    **dict.fromkeys(("luajit",), "lua"),
    **dict.fromkeys(("runhaskell", "runghc"), "haskell"),
    **dict.fromkeys(("make",), "make"),
}
"""The language of each interpreter; empty if it has the name of the language."""

_PROSE_SUFFIXES = (".adoc", ".markdown", ".md", ".mdx", ".org", ".rst", ".tex", ".txt")
_SHEBANG = re.compile(r"#!\s*(?P<program>\S+)(?P<arguments>[^\r\n]*)")
_CPP_ONLY = re.compile(
    r"^[^\S\n]*+(?:namespace\b|template\s*<|using\s+\w|class\s+\w[^;\n]*$|(?:public|private|protected)\s*:)"
    r"|\w::~?\w|\bstd::|#\s*include\s*<\w+>",
    re.MULTILINE,
)
_CPP_SAMPLE = 50_000


def language_of(path: str, text: str = "") -> str:
    """Return the lower-case name of a file's language; `text` if it is unknown.

    Args:
        path: with `/` as separator; only the last part matters.
        text: the content or its beginning; distinguishes C from C++ for `.h`, and contains the interpreter of scripts.
    """
    name = PurePosixPath(path).name.lower()
    by_name = FILE_NAMES.get(name) or FILE_NAMES.get(name.split(".", 1)[0] if _is_variant(name) else "")
    suffix = PurePosixPath(name).suffix[1:]
    if suffix == "h":
        return "cpp" if _CPP_ONLY.search(text, 0, _CPP_SAMPLE) else "c"
    return by_name or SUFFIXES.get(suffix) or _language_of_shebang(text) or UNKNOWN


def is_prose(path: str) -> bool:
    """Return whether a file is prose, by its suffix."""
    return path.lower().endswith(_PROSE_SUFFIXES)


def _is_variant(name: str) -> bool:
    """Return whether a name has a suffix after a well-known name, such as `Dockerfile.dev` and `Makefile.am`."""
    return name.startswith(("dockerfile.", "containerfile.", "makefile.", "jenkinsfile."))


def _language_of_shebang(text: str) -> str:
    found = _SHEBANG.match(text)
    if not found:
        return ""
    words = [found["program"], *found["arguments"].split()]
    if words[0].endswith("/env"):
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    program = PurePosixPath(words[0]).name.rstrip("0123456789.") if words else ""
    return INTERPRETERS.get(program, "") or (program if program in INTERPRETERS else "")
