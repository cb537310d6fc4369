"""Words of scripts without spaces: bigrams, identifiers that touch them, and text without them."""

# ruff: noqa: RUF001 - letters that look like others are the subject of these tests

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcewise.text.scripts import (
    bigrams,
    changes_words,
    joins_by_underscore,
    marks_as_letters,
    normalized,
    separated,
    split_at_runs,
)
from sourcewise.text.words import identifier_words, identifiers_in, query_terms, search_term, words_without_bigrams


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("解析配置文件", "解析 析配 配置 置文 文件"),
        ("設定ファイル", "設定 定フ ファ ァイ イル"),
        ("설정 파일을", "설정 파일 일을"),
        ("ตั้งค่า", "ตั้ง งค่ ค่า"),
        ("ຕັ້ງຄ່າ", "ຕັ້ງ ງຄ່ ຄ່າ"),
        ("ការកំណត់", "ការ រកំ កំណ ណត់"),
        ("图", "图"),
        ("x图y", "x 图 y"),
        ("调用parseConfig函数", "调用 parseconfig parse config 函数"),
        ("用content-type头", "用 content-type content type 头"),
        ("第3个参数", "第 3 个参 参数"),
        ("配置,文件", "配置 文件"),
        ("𠮷野家", "𠮷野 野家"),
    ],
)
def test_a_run_gives_overlapping_pairs(text: str, words: str) -> None:
    assert identifier_words(text) == words
    assert query_terms(text) == tuple(dict.fromkeys(words.split()))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ﾊﾟｰｻｰ", "パーサー"),
        ("Ｐａｒｓｅ＿ｃｏｎｆｉｇ関数", "Parse_config関数"),
        (unicodedata.normalize("NFD", "설정 파일"), "설정 파일"),
        (unicodedata.normalize("NFD", "データベース"), "データベース"),
        ("豈\uf900", "豈豈"),
    ],
)
def test_other_spellings_of_a_letter_have_the_same_words(one: str, other: str) -> None:
    assert identifier_words(one) == identifier_words(other)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("请问parse_config函数在哪里定义", ("parse_config",)),
        ("CodeMinerはどこで使われますか", ("CodeMiner",)),
        ("Catalog.close를 호출하는 코드", ("Catalog.close",)),
        ("ฟังก์ชันrun()ทำอะไร", ("run",)),
        ("请问`获取用户`在哪里", ("获取用户",)),
        ("用户.保存()在哪里", ("用户.保存",)),
        ("std::vector怎么扩容", ("std::vector",)),
        ("test_解析配置失败了", ("test_", "test_解析配置失败了")),
        ("配置文件在哪里", ()),
    ],
)
def test_identifiers_are_recognized_next_to_these_scripts(question: str, names: tuple[str, ...]) -> None:
    assert identifiers_in(question) == names


@pytest.mark.parametrize(
    ("name", "term"),
    [
        ("Check_Password", "check_password"),
        ("获取用户", "获取 取用 用户"),
        ("获取User", "获取 user"),
        ("größe", "größe"),
    ],
)
def test_a_name_is_searched_as_one_term(name: str, term: str) -> None:
    assert search_term(name) == term


@given(st.text(max_size=200).filter(lambda text: not changes_words(text)))
def test_text_without_these_scripts_is_unchanged(text: str) -> None:
    assert identifier_words(text) == words_without_bigrams(text)
    assert normalized(text) == separated(text) == marks_as_letters(text) == text
    assert list(split_at_runs(text)) == [text]
    assert not joins_by_underscore(text)


@pytest.mark.parametrize(
    "text",
    [
        "def parseHTTP_header2(raw: bytes) -> dict[str, str]:  # RFC-9110 retry-after x1 sha256 __init__",
        "İstanbul ISPARTA ısı Iğdır",
        "Donaudampfschifffahrtsgesellschaft größe naïveParser",
        "файл конфигурации, αρχείο, קובץ, ملف الإعدادات, फ़ाइल पढ़ें",
        "— “quoted” → 3 × 4 ≠ ½ … é e\u0301 \U0001f600",
    ],
)
def test_these_texts_have_the_words_of_the_previous_version(text: str) -> None:
    assert not changes_words(text)
    assert identifier_words(text) == words_without_bigrams(text)


@given(st.text(alphabet="配置文件かなカナ한글กาตั้งค่าa_1 ", max_size=60))
def test_every_letter_is_in_some_word(text: str) -> None:
    words = identifier_words(text)
    assert {letter for letter in text if letter.isalpha()} <= set(words)


def test_a_run_of_marks_alone_is_a_word() -> None:
    assert bigrams("\u0e48") == ["\u0e48"]
    assert marks_as_letters("\u0e48") == "\uee48"
