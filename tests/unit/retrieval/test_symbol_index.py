"""Definitions, references, callees and similar code, on a real catalog and a real vector store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from sourcewise.chunking.chunker import SmartCodeChunker
from sourcewise.chunking.code_at_cursor import Document, Excerpts
from sourcewise.domain.code import FileStamp, SourceFile
from sourcewise.domain.search import SearchMode
from sourcewise.retrieval.symbol_index import SymbolIndex
from sourcewise.storage.catalog import Catalog
from sourcewise.storage.chroma.folder import ChromaFolder
from sourcewise.storage.chroma.store import ChromaStore
from sourcewise.text.languages import language_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sourcewise.domain.code import Chunk

MODEL = "numbers"
AUTH = '''def check_password(name, password):
    """Compare with the stored hash."""
    return stored_hash(name) == hash_of(password)


def hash_of(password):
    return sum(map(ord, hash_of.salt + password))


def Check_password():
    pass
'''
LOGIN = """from auth import check_password

ATTEMPTS = 3


class Login:
    def enter(self, name, password):
        if not check_password(name, password):
            raise PermissionError(name)

    def unrelated(self):
        return check_password_later
"""
WEB = "function check_password(form) {\n  return form.valid;\n}\n"
GUIDE = "# check_password\n\nCall it.\n"
ACCOUNT = """class Account
  def empty?
    @sum.zero?
  end

  def withdraw!(amount)
    raise if empty?
    @empty = true
  end
end
"""
TREE = """module Tree where

insert :: Int -> T -> T
insert x t = Node x t

insert' :: Int -> T -> T
insert' x t = rebalance $! insert x t

insertAll xs t = foldr insert' t xs
"""
FILES = {
    "auth.py": AUTH,
    "login.py": LOGIN,
    "web.js": WEB,
    "guide.md": GUIDE,
    "account.rb": ACCOUNT,
    "Tree.hs": TREE,
}


class IndexedFiles:
    """A catalog with the chunks of a few files, and its vectors."""

    def __init__(self, root: Path) -> None:
        self.catalog = Catalog(root / "catalog.sqlite")
        self.store = ChromaStore(ChromaFolder(root / "vectors"))
        self.symbols = SymbolIndex(self.catalog, self.store)
        for path, text in FILES.items():
            file = SourceFile(FileStamp(path, len(text), 1), text, language_of(path), path)
            self.catalog.replace_file(file, SmartCodeChunker(target_tokens=20).chunk_with_context(file))

    def embed(self) -> None:
        """Add a vector for each chunk; chunks of one file get similar vectors."""
        pending = self.catalog.vectors.pending(MODEL, 100)
        angle = {path: number for number, path in enumerate(FILES)}
        made = {
            chunk.id: np.array(
                [[np.cos(angle[chunk.path]), np.sin(angle[chunk.path]), chunk.position / 50]], np.float32
            )
            for chunk in pending
        }
        self.store.add(MODEL, [(chunk, made[chunk.id]) for chunk in pending])
        self.catalog.vectors.mark_stored(MODEL, [(chunk, 1) for chunk in pending])


@pytest.fixture
def index(tmp_path: Path) -> Iterator[IndexedFiles]:
    index = IndexedFiles(tmp_path)
    yield index
    index.store.close()
    index.catalog.close()


def code(path: str, name: str) -> Chunk:
    excerpt = Excerpts(Document(path, FILES[path])).named(name, 1)
    assert excerpt is not None
    return excerpt


def test_definitions_match_case_and_prefer_the_language_of_the_file(index: IndexedFiles) -> None:
    definitions = index.symbols.definitions
    [place] = definitions(["check_password"], "login.py")
    assert (place.path, place.definition.first_line) == ("auth.py", 1)
    assert [place.path for place in definitions(["check_password"], "page.js")] == ["web.js"]
    assert [place.path for place in definitions(["check_password"], "x.go")] == ["auth.py", "web.js"]
    assert definitions(["password"], "login.py") == []


def test_the_most_exact_defined_name_is_used(index: IndexedFiles) -> None:
    [place] = index.symbols.definitions(["self.enter", "enter"], "login.py")
    assert place.definition.qualified_name == "Login.enter"
    assert index.symbols.definitions(["Login.enter", "enter"], "login.py") == [place]


def test_references_are_whole_words_outside_the_definition(index: IndexedFiles) -> None:
    definitions = index.symbols.definitions(["check_password"], "auth.py")
    references = index.symbols.references("check_password", definitions)
    assert [
        (each.chunk.path, each.line, each.symbol) for each in references.found if each.chunk.path == "login.py"
    ] == [
        ("login.py", 8, "Login.enter"),
        ("login.py", 1, ""),
    ]
    assert references.truncated is False
    hash_references = index.symbols.references("hash_of", index.symbols.definitions(["hash_of"], "auth.py"))
    assert [(each.line, each.symbol) for each in hash_references.found] == [(3, "check_password")]


def test_callees_are_defined_in_the_folder(index: IndexedFiles) -> None:
    callees = index.symbols.callees(code("auth.py", "check_password"))
    assert [place.definition.name for place in callees] == ["hash_of"]


def test_related_code_has_reasons(index: IndexedFiles) -> None:
    index.embed()
    result = index.symbols.related_code(code("auth.py", "check_password"), MODEL, 8)
    first, *others = result.passages
    assert first.chunk.text.startswith("def check_password(name, password)")
    assert result.mode is SearchMode.HYBRID
    reasons = {passage.chunk.symbol: passage.reasons for passage in others}
    assert reasons["Login.enter"][0] == "uses check_password"
    assert "defines hash_of, which it calls" in reasons["hash_of"]
    assert [passage.rank for passage in result.passages] == list(range(1, len(result.passages) + 1))
    assert all(not passage.chunk.overlaps(first.chunk) for passage in others)


def test_without_vectors_related_code_is_found_by_keywords(index: IndexedFiles) -> None:
    result = index.symbols.related_code(code("auth.py", "check_password"), MODEL, 8)
    assert (result.mode, result.embedded) == (SearchMode.KEYWORD, 0)
    assert {"Login.enter", "hash_of"} <= {passage.chunk.symbol for passage in result.passages}


def test_related_code_is_found_for_code_outside_the_index(index: IndexedFiles) -> None:
    excerpt = Excerpts(Document("Untitled-1", "def mine():\n    return hash_of('x')\n", "python")).enclosing(1)
    assert excerpt is not None
    result = index.symbols.related_code(excerpt, MODEL, 8)
    assert result.passages[0].chunk is excerpt
    assert "hash_of" in {passage.chunk.symbol for passage in result.passages}


def test_the_number_of_passages_is_limited(index: IndexedFiles) -> None:
    assert len(index.symbols.related_code(code("auth.py", "check_password"), MODEL, 2).passages) == 2


def test_similar_code_is_ordered_by_similarity_and_excludes_itself(index: IndexedFiles) -> None:
    index.embed()
    [place] = index.symbols.definitions(["hash_of"], "auth.py")
    similar = index.symbols.similar([place.chunk_id], MODEL, 2)
    assert similar[0][0].path == "auth.py"
    assert place.chunk_id not in {chunk.id for chunk, _ in similar}
    assert [similarity for _, similarity in similar] == sorted((s for _, s in similar), reverse=True)


@pytest.mark.parametrize(
    ("name", "path", "definition", "symbols"),
    [
        ("empty?", "account.rb", (2, 4), {"Account.withdraw!"}),
        ("insert", "Tree.hs", (3, 4), {"insert'"}),
        ("insert'", "Tree.hs", (6, 7), {"insertAll"}),
    ],
)
def test_names_with_marks_have_their_own_definition_and_references(
    index: IndexedFiles, name: str, path: str, definition: tuple[int, int], symbols: set[str]
) -> None:
    places = index.symbols.definitions([name], path)
    assert [(p.definition.first_line, p.definition.last_line) for p in places] == [definition]
    assert {reference.symbol for reference in index.symbols.references(name, places).found} == symbols
