from __future__ import annotations

import stat
import zipfile
from typing import TYPE_CHECKING

import pytest

from sourcewise.errors import WeightsError
from sourcewise.weights.archives import DamagedArchiveError, blocks, opened
from sourcewise.weights.plain_names import is_plain, refused_name

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = ["a", "model.safetensors", "1_Pooling/config.json", "p-1.0.dist-info/licenses/LICENSE", ".gitattributes", "…/ü"]
UNSAFE = [
    *("", "/etc/passwd", "../x", "a/../../x", "a/./x", "a//x", "a/"),
    *("C:/x", "C:x", "c:\\x", "\\\\server\\share\\x", "..\\x", "a\\..\\..\\x", "x:stream"),
    *("CON", "nul.txt", "a/Aux.json", "com1", "LPT9.log", "COM¹", "con .txt", "conin$"),
    *("a\0b", "a\nb", "a*", "what?", "<x>", "a|b", '"a"', "dots...", "... ", "space ", "a" * 300),
]


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_relative_path_is_accepted(name: str) -> None:
    assert is_plain(name)


@pytest.mark.parametrize("name", UNSAFE)
def test_a_name_that_means_something_else_on_a_platform_is_refused(name: str) -> None:
    assert not is_plain(name)


def test_names_that_are_the_same_file_on_some_platform_collide() -> None:
    assert refused_name(["a/config.json", "b/config.json"]) is None
    assert refused_name(["Config.json", "other", "config.JSON"]) == "config.JSON"
    assert refused_name(["a", "a"]) == "a"
    assert refused_name(["a", "C:/x", "D:/y"]) == "C:/x"


def archive_of(tmp_path: Path, *members: zipfile.ZipInfo | str, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    file = tmp_path / "archive.zip"
    with zipfile.ZipFile(file, "w", compression) as archive:
        for member in members:
            archive.writestr(member, b"content")
    return file


def contents_of(file: Path, limit: int = 1 << 20) -> list[bytes]:
    with opened(file) as archive:
        return [b"".join(blocks(archive, member, limit)) for member in archive.infolist()]


def with_kind(kind: int) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo("entry")
    member.external_attr = (kind | 0o644) << 16
    return member


def test_an_ordinary_archive_is_read(tmp_path: Path) -> None:
    assert contents_of(archive_of(tmp_path, "a/", "a/b.json", with_kind(stat.S_IFREG))) == [b"content"] * 3


@pytest.mark.parametrize("name", ["C:/x", "..\\x", "/x", "a/../x", "nul", "\\\\server\\share"])
def test_an_archive_with_an_unsafe_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(WeightsError, match="unsafe name") as caught:
        contents_of(archive_of(tmp_path, "fine", name))
    assert "Nothing was unpacked" in caught.value.hint


def test_an_archive_whose_members_overwrite_each_other_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"unsafe name 'CONFIG\.json'"):
        contents_of(archive_of(tmp_path, "config.json", "CONFIG.json"))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(tmp_path: Path, kind: int) -> None:
    with pytest.raises(WeightsError, match="is a link"):
        contents_of(archive_of(tmp_path, with_kind(kind)))


def test_a_compression_with_unlimited_memory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="unsupported compression"):
        contents_of(archive_of(tmp_path, "a", compression=zipfile.ZIP_LZMA))


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="10001 members"):
        contents_of(archive_of(tmp_path, *(str(number) for number in range(10_001)), compression=zipfile.ZIP_STORED))


def test_a_member_larger_than_expected_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "bomb.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", bytes(20 << 20))
    assert file.stat().st_size < 100_000
    with pytest.raises(WeightsError, match="unpacks to 20971520 bytes; at most 1048576"):
        contents_of(file)


def test_a_member_that_states_a_smaller_size_than_it_has_is_damaged(tmp_path: Path) -> None:
    file = tmp_path / "liar.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", bytes(5 << 20))
        archive.infolist()[0].file_size = 1000  # the index is written last
    with pytest.raises(DamagedArchiveError):
        contents_of(file)


@pytest.mark.parametrize("data", [b"", b"no archive", b"PK\x05\x06" + b"\xff" * 18])
def test_a_file_that_is_not_an_archive_is_damaged(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "archive.zip"
    file.write_bytes(data)
    with pytest.raises(DamagedArchiveError):
        contents_of(file)
