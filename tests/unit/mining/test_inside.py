"""Paths that lead out of a folder are recognized, and links below it are not followed."""

from __future__ import annotations

import os
import stat
import sys
import threading
from pathlib import Path

import pytest

from sourcewise.mining import inside
from sourcewise.mining.inside import OutsideError, path_inside, read_inside
from sourcewise.mining.regular_files import NotRegularError

needs_posix = pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a file, beside another one with a secret."""
    (tmp_path / "project" / "sub").mkdir(parents=True)
    (tmp_path / "project" / "sub" / "a.py").write_text("inside")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.py").write_text("secret")
    return tmp_path / "project"


@pytest.fixture(params=[True, False], ids=["by steps", "between checks"])
def _both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read in both ways, the second of which is the one for Windows."""
    if request.param and os.open not in os.supports_dir_fd:
        pytest.skip("this system cannot open a file relative to an open folder")
    monkeypatch.setattr(inside, "_BY_STEPS", request.param)


@pytest.mark.parametrize(
    ("path", "relative"),
    [
        ("sub/a.py", "sub/a.py"),
        ("sub//./a.py", "sub/a.py"),
        ("sub/../sub/a.py", "sub/a.py"),
        ("../project/sub/a.py", "sub/a.py"),
        ("a..py/..b", "a..py/..b"),
        ("", "."),
        ("..", None),
        ("../elsewhere/a.py", None),
        ("sub/../../elsewhere/a.py", None),
        ("../project2/a.py", None),
        ("/etc/passwd", None),
        ("a\0.py", None),
        ("half\ud800.py", None),
    ],
)
def test_a_path_is_compared_after_normalization(folder: Path, path: str, relative: str | None) -> None:
    assert path_inside(path, folder) == relative
    if path and not path.startswith("/"):
        assert path_inside(Path(f"{folder}/{path}"), folder) == relative


@pytest.mark.usefixtures("_both_ways")
def test_a_file_inside_is_read_with_its_status(folder: Path) -> None:
    data, status = read_inside(folder, "sub/a.py")
    assert (data, status.st_size) == (b"inside", 6)
    assert read_inside(folder, "sub/a.py", 3)[0] == b"ins"


@pytest.mark.usefixtures("_both_ways")
@pytest.mark.parametrize(
    "path", ["../elsewhere/a.py", "sub/../../elsewhere/a.py", "sub//a.py", "./sub/a.py", "sub/a.py/", "", "a\0.py"]
)
def test_a_path_that_is_not_normalized_is_not_opened(folder: Path, path: str) -> None:
    with pytest.raises(OutsideError):
        read_inside(folder, path)
    with pytest.raises(OutsideError):
        read_inside(folder, str(folder.parent / "elsewhere" / "a.py"))


@needs_posix
@pytest.mark.usefixtures("_both_ways")
@pytest.mark.parametrize(
    ("link", "target", "path"),
    [
        ("linked", "../elsewhere", "linked/a.py"),
        ("sub/linked", "../../elsewhere", "sub/linked/a.py"),
        ("root", "/", "root/etc/passwd"),
        ("inner", "sub", "inner/a.py"),
        ("loop", "loop", "loop/a.py"),
        ("here", ".", "here/sub/a.py"),
        ("file.py", "../elsewhere/a.py", "file.py"),
        ("process", "/proc/self/root", "process/etc/passwd"),
    ],
)
def test_a_link_is_not_followed_wherever_it_leads(folder: Path, link: str, target: str, path: str) -> None:
    (folder / link).symlink_to(target)
    with pytest.raises(NotRegularError) as refused:
        read_inside(folder, path)
    assert stat.S_ISLNK(refused.value.mode)


@needs_posix
@pytest.mark.usefixtures("_both_ways")
def test_the_folder_itself_may_be_reached_through_links(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(folder)
    assert read_inside(tmp_path / "alias", "sub/a.py")[0] == b"inside"


@needs_posix
def test_a_hard_link_is_a_file_like_any_other(folder: Path, tmp_path: Path) -> None:
    os.link(tmp_path / "elsewhere" / "a.py", folder / "hard.py")
    assert read_inside(folder, "hard.py")[0] == b"secret"


@pytest.mark.usefixtures("_both_ways")
def test_what_is_missing_or_no_folder_is_said_to_be(folder: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_inside(folder, "gone/a.py")
    with pytest.raises(NotADirectoryError):
        read_inside(folder, "sub/a.py/b.py")
    with pytest.raises((NotRegularError, PermissionError)):
        read_inside(folder, "sub")


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files as Linux shows them")
def test_no_descriptor_stays_open(folder: Path) -> None:
    (folder / "linked").symlink_to("../elsewhere")
    before = len(os.listdir("/proc/self/fd"))
    for path in ("sub/a.py", "linked/a.py", "gone/a.py", "sub/a.py/b.py"):
        try:
            read_inside(folder, path)
        except OSError:
            continue
    assert len(os.listdir("/proc/self/fd")) == before


@needs_posix
def test_a_folder_that_becomes_a_link_while_it_is_read_never_leads_out(folder: Path) -> None:
    finished = threading.Event()

    def swap() -> None:
        while not finished.is_set():
            os.rename(folder / "sub", folder / "kept")
            os.symlink("../elsewhere", folder / "sub")
            os.unlink(folder / "sub")
            os.rename(folder / "kept", folder / "sub")

    attacker = threading.Thread(target=swap)
    attacker.start()
    read: set[bytes] = set()
    refused = 0
    try:
        while refused < 200 or not read:
            try:
                read.add(read_inside(folder, "sub/a.py")[0])
            except OSError:
                refused += 1
    finally:
        finished.set()
        attacker.join()
    assert read == {b"inside"}
