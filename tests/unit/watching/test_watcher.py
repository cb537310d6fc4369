"""The watcher: what is told of a folder, whatever happens to it."""

from __future__ import annotations

import errno
import os
import random
import shutil
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from folder_follower import Follower, Told, texts

from sourcewise.watching.recursive_watch import RecursiveWatch
from sourcewise.watching.silent_mounts import mounted_file_systems, silent_folders
from sourcewise.watching.watcher import Watcher

if sys.platform == "linux":
    from watchdog.observers.inotify_c import InotifyConstants, InotifyEvent, InotifyFD, WatchDescriptor

    from sourcewise.watching.inotify_watches import InotifyWatches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sourcewise.watching.watches import Watches

# watchdog watches what a new folder holds twice where two of its threads meet there, and says so.
pytestmark = pytest.mark.filterwarnings("ignore:Callback with id .* already exists for watch:RuntimeWarning")

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.py").write_text("old")
    return folder


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def inotify() -> Iterator[InotifyFD]:
    """Return an inotify instance of the test's own."""
    instance = InotifyFD()
    instance.start()
    yield instance
    instance.stop()
    instance.join()


@pytest.fixture(params=["each folder", "all below"])
def make(request: pytest.FixtureRequest) -> Callable[..., Watches]:
    """Return each way of watching that can run here."""
    if request.param == "all below":
        return RecursiveWatch
    if sys.platform != "linux":
        pytest.skip("inotify is Linux's")
    return partial(InotifyWatches, inotify=lambda: request.getfixturevalue("inotify"))


@pytest.fixture
def watches(make: Callable[..., Watches], folder: Path, told: Told) -> Iterator[Watches]:
    """Return what watches the folder with its `src`."""
    watches = make(folder, told.on_changes, told.on_problem)
    watches.watch("")
    watches.watch("src")
    yield watches
    watches.close()


def watch_count(inotify: InotifyFD) -> int:
    """Return how many folders the system itself says are watched."""
    return Path(f"/proc/self/fdinfo/{inotify._inotify_fd}").read_text().count("inotify wd:")


# What happens to files


def test_a_written_file_is_told(watches: Watches, folder: Path, told: Told) -> None:
    (folder / "src" / "main.py").write_text("new")
    (folder / "README.md").write_text("new")
    told.wait_for("src/main.py", "README.md")
    assert watches.events_arrive


def test_an_atomic_save_tells_the_file_that_it_replaces(watches: Watches, folder: Path, told: Told) -> None:
    (folder / "src" / ".main.py.tmp").write_text("new")
    told.wait_for("src/.main.py.tmp")
    told.forget()
    (folder / "src" / ".main.py.tmp").replace(folder / "src" / "main.py")
    told.wait_for("src/main.py")


def test_a_deleted_file_is_told(watches: Watches, folder: Path, told: Told) -> None:
    (folder / "src" / "main.py").unlink()
    told.wait_for("src/main.py")


def test_a_move_tells_both_places(watches: Watches, folder: Path, told: Told, tmp_path: Path) -> None:
    (folder / "src" / "main.py").rename(folder / "moved.py")
    told.wait_for("src/main.py", "moved.py")
    told.forget()
    (folder / "moved.py").rename(tmp_path / "outside.py")
    told.wait_for("moved.py")
    told.forget()
    (tmp_path / "outside.py").rename(folder / "back.py")
    told.wait_for("back.py")


def test_names_of_any_kind_are_told_as_they_are(watches: Watches, folder: Path, told: Told) -> None:
    names = {"ünï cödé.py", "line\nbreak", "-dash", " blank ", "back\\slash", os.fsdecode(b"latin-\xe9.py")}
    for name in names:
        (folder / "src" / name).write_text("x")
    told.wait_for(*(f"src/{name}" for name in names))


def test_reading_tells_nothing(watches: Watches, folder: Path, told: Told) -> None:
    for _ in range(20):
        (folder / "src" / "main.py").read_text()
        os.listdir(folder / "src")
    (folder / "last.py").write_text("x")
    told.wait_for("last.py")
    assert told.paths == {"last.py"}


# What happens to folders


def test_a_new_folder_is_told(watches: Watches, folder: Path, told: Told) -> None:
    (folder / "new" / "below").mkdir(parents=True)
    told.wait_for("new")


def test_a_folder_moved_within_tells_both_places(watches: Watches, folder: Path, told: Told) -> None:
    (folder / "src").rename(folder / "lib")
    told.wait_for("src", "lib")


def test_a_deleted_folder_is_told(watches: Watches, folder: Path, told: Told) -> None:
    shutil.rmtree(folder / "src")
    told.wait_for("src")


def test_a_folder_that_goes_is_a_problem_once_and_is_watched_again_when_it_is_back(
    watches: Watches, folder: Path, told: Told
) -> None:
    shutil.rmtree(folder)
    told.wait(lambda: None in told.changes)
    assert not watches.events_arrive
    watches.watch("")
    assert told.problems == [f"The folder {folder} was moved or deleted. Put it back, or open it where it is now."]

    folder.mkdir()
    watches.watch("")
    assert watches.events_arrive
    (folder / "main.py").write_text("x")
    told.wait_for("main.py")


def test_a_folder_that_does_not_exist_is_watched_once_it_does(
    make: Callable[..., Watches], tmp_path: Path, told: Told
) -> None:
    watches = make(tmp_path / "later", told.on_changes, told.on_problem)
    watches.watch("")
    assert not watches.events_arrive
    assert told.problems == []
    (tmp_path / "later").mkdir()
    watches.watch("")
    assert watches.events_arrive
    watches.close()


# Ending


def test_closing_ends_the_telling_while_events_stream_in(
    make: Callable[..., Watches], folder: Path, told: Told
) -> None:
    watches = make(folder, told.on_changes, told.on_problem)
    watches.watch("")
    stop = threading.Event()
    writer = threading.Thread(target=_write_until, args=(folder, stop))
    writer.start()
    told.wait(lambda: len(told.changes) > 50)
    watches.close()
    watches.close()
    assert not watches.events_arrive
    stop.set()
    writer.join()
    watches.watch("")
    assert not watches.events_arrive
    assert told.problems == []


def _write_until(folder: Path, stop: threading.Event) -> None:
    number = 0
    while not stop.is_set():
        (folder / f"{number % 100}.py").write_text("x")
        number += 1


# Linux: one watch for each folder of the index


@pytest.fixture
def follower(folder: Path) -> Follower:
    return Follower(folder)


@pytest.fixture
def inotify_watches(folder: Path, follower: Follower, inotify: InotifyFD) -> Iterator[InotifyWatches]:
    """Return what watches the folder for somebody who looks where it tells to."""
    watches = InotifyWatches(folder, follower.on_changes, follower.told.on_problem, lambda: inotify)
    follower.follow(watches.watch)
    yield watches
    watches.close()


def _agree(follower: Follower) -> bool:
    return follower.files == texts(follower.folder)


@on_linux
def test_a_deep_tree_made_at_once_is_known_to_its_last_file(
    inotify_watches: InotifyWatches, follower: Follower
) -> None:
    deepest = follower.folder
    for depth in range(30):
        deepest /= f"level_{depth}"
        deepest.mkdir()
        (deepest / "module.py").write_text(str(depth))
    follower.told.wait(lambda: _agree(follower))
    (deepest / "late.py").write_text("x")
    follower.told.wait(lambda: _agree(follower))


@on_linux
def test_what_changes_in_a_moved_folder_is_told_at_its_new_place(
    inotify_watches: InotifyWatches, follower: Follower, inotify: InotifyFD
) -> None:
    (follower.folder / "src" / "inner").mkdir()
    follower.told.wait_for("src/inner")
    (follower.folder / "src").rename(follower.folder / "lib")
    follower.told.wait(lambda: _agree(follower))
    follower.told.forget()
    (follower.folder / "lib" / "inner" / "new.py").write_text("x")
    follower.told.wait_for("lib/inner/new.py")
    # The follower knows before it has told: that the folder moved may be told only now.
    assert follower.told.paths - {"lib"} == {"lib/inner/new.py"}
    assert watch_count(inotify) == 3


@on_linux
def test_a_folder_moved_out_is_no_longer_watched(
    inotify_watches: InotifyWatches, follower: Follower, inotify: InotifyFD, tmp_path: Path
) -> None:
    (follower.folder / "src" / "inner").mkdir()
    follower.told.wait_for("src/inner")
    assert watch_count(inotify) == 3
    (follower.folder / "src").rename(tmp_path / "outside")
    follower.told.wait(lambda: _agree(follower))
    assert watch_count(inotify) == 1


@on_linux
def test_folders_that_come_and_go_leave_nothing_behind(inotify_watches: InotifyWatches, follower: Follower) -> None:
    for number in range(20):
        (follower.folder / "build").mkdir()
        (follower.folder / "build" / f"{number}.py").touch()
        follower.told.wait(lambda path=f"build/{number}.py": path in follower.files)
        shutil.rmtree(follower.folder / "build")
    (follower.folder / "last.py").touch()
    follower.told.wait_for("last.py")
    assert sorted(inotify_watches._descriptors) == ["", "src"]
    assert len(inotify_watches._watched) == 2


@on_linux
def test_a_file_replaced_by_a_folder_and_back_is_known_as_what_it_is(
    inotify_watches: InotifyWatches, follower: Follower
) -> None:
    place = follower.folder / "src" / "main.py"
    for text in ("one", "two", "three"):
        place.unlink()
        place.mkdir()
        (place / "inner.py").write_text(text)
        follower.told.wait(lambda: _agree(follower))
        shutil.rmtree(place)
        place.write_text(text)
        follower.told.wait(lambda: _agree(follower))


@on_linux
def test_five_thousand_files_of_another_process_are_all_known(
    inotify_watches: InotifyWatches, follower: Follower, inotify: InotifyFD
) -> None:
    script = """
import pathlib
for number in range(5000):
    folder = pathlib.Path(f"package_{number % 20}")
    folder.mkdir(exist_ok=True)
    (folder / f"module_{number}.py").write_text(str(number))
pathlib.Path("done").touch()
"""
    subprocess.run([sys.executable, "-c", script], cwd=follower.folder, check=True)
    follower.told.wait_for("done")
    follower.told.wait(lambda: _agree(follower))
    assert len(follower.files) == 5002
    assert watch_count(inotify) == 22


@on_linux
def test_a_folder_that_nobody_watches_costs_nothing(
    inotify: InotifyFD, folder: Path, told: Told, tmp_path: Path
) -> None:
    (folder / "node_modules").mkdir()
    watches = InotifyWatches(folder, told.on_changes, told.on_problem, lambda: inotify)
    watches.watch("")
    for number in range(500):
        (folder / "node_modules" / f"{number}.js").write_text("x")
    (folder / "last.py").write_text("x")
    told.wait_for("last.py")
    assert told.paths == {"last.py"}
    watches.close()


@on_linux
@pytest.mark.parametrize("seed", range(3))
def test_whoever_looks_where_told_knows_the_folder_after_any_change(
    inotify_watches: InotifyWatches, follower: Follower, seed: int, tmp_path: Path
) -> None:
    dice = random.Random(seed)
    for step in range(250):
        _change_something(follower.folder, tmp_path / "outside", dice, step)
    follower.told.wait(lambda: _agree(follower))
    for place in [follower.folder, *follower.folder.rglob("*")]:
        if place.is_dir():
            (place / "probe.py").write_text("found")
    follower.told.wait(lambda: _agree(follower))


def _change_something(folder: Path, outside: Path, dice: random.Random, step: int) -> None:
    """Make, write, move or delete a file or folder; names are few, so that they are used again and again."""
    outside.mkdir(exist_ok=True)
    folders = [place for place in folder.rglob("*") if place.is_dir()]
    place = dice.choice([folder, *folders]) / dice.choice("abc")
    match dice.choice(["write", "write", "folder", "folder", "move", "move", "swap", "delete", "out", "in"]):
        case "write" if not place.is_dir():
            place.write_text(str(step))
        case "folder" if not place.exists() and len(place.parts) - len(folder.parts) < 6:
            place.mkdir()
        case "move" if place.exists() and folders:
            target = dice.choice(folders) / dice.choice("abc")
            if not target.exists() and not target.is_relative_to(place):
                place.rename(target)
        case "swap" if place.is_dir():
            place.rename(place.with_name("aside"))
            place.mkdir()
            (place.with_name("aside")).rename(place / "a")
        case "delete" if place.exists():
            shutil.rmtree(place) if place.is_dir() else place.unlink()
        case "out" if place.exists():
            place.rename(outside / str(step))
        case "in" if not place.exists() and any(outside.iterdir()):
            dice.choice(sorted(outside.iterdir())).rename(place)


# Linux: what the system refuses or loses


class LimitedInotify(InotifyFD if sys.platform == "linux" else object):  # type: ignore[misc]
    """An inotify instance with few watches, which fails as the system's own does."""

    limit = 100

    def add_callback(self, *args: object) -> WatchDescriptor:
        if watch_count(self) >= self.limit:
            raise OSError(errno.ENOSPC, "inotify watch limit reached")
        return super().add_callback(*args)


@on_linux
def test_where_watches_run_out_all_are_given_back_and_it_is_said_once(folder: Path, told: Told) -> None:
    inotify = LimitedInotify()
    inotify.start()
    watches = InotifyWatches(folder, told.on_changes, told.on_problem, lambda: inotify)
    watches.watch("")
    for number in range(200):
        (folder / str(number)).mkdir()
        watches.watch(str(number))
    assert not watches.events_arrive
    assert watch_count(inotify) == 0
    (problem,) = told.problems
    assert "fs.inotify.max_user_watches" in problem
    watches.watch("")
    assert not watches.events_arrive
    inotify.stop()
    inotify.join()


@on_linux
def test_where_no_inotify_instance_is_left_it_is_said_once(folder: Path, told: Told) -> None:
    def refuse() -> InotifyFD:
        raise OSError(errno.EMFILE, "inotify instance limit reached")

    watches = InotifyWatches(folder, told.on_changes, told.on_problem, refuse)
    watches.watch("")
    watches.watch("src")
    assert not watches.events_arrive
    (problem,) = told.problems
    assert "fs.inotify.max_user_instances" in problem
    watches.close()


@on_linux
def test_after_lost_events_everything_is_in_doubt_and_known_again(
    inotify_watches: InotifyWatches, follower: Follower, inotify: InotifyFD
) -> None:
    root, source = inotify_watches._descriptors[""], inotify_watches._descriptors["src"]
    inotify.remove_callbacks([(wd, inotify_watches._watched[wd][1]) for wd in (root, source)])
    (follower.folder / "src").rename(follower.folder / "lib")
    (follower.folder / "lib" / "lost.py").write_text("x")
    inotify.handle_event(InotifyEvent(source, InotifyConstants.IN_IGNORED, 0, b""))
    assert not _agree(follower)

    inotify_watches.watch("")
    inotify.handle_event(InotifyEvent(WatchDescriptor(-1), InotifyConstants.IN_Q_OVERFLOW, 0, b""))
    assert None in follower.told.changes
    assert _agree(follower)
    (follower.folder / "lib" / "new.py").write_text("x")
    follower.told.wait(lambda: _agree(follower))


@on_linux
@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_may_not_be_read_is_left_alone(
    inotify_watches: InotifyWatches, follower: Follower, inotify: InotifyFD
) -> None:
    locked = follower.folder / "locked"
    locked.mkdir(mode=0)
    follower.told.wait_for("locked")
    inotify_watches.watch("locked")
    assert watch_count(inotify) == 2
    assert inotify_watches.events_arrive
    locked.chmod(0o700)
    inotify_watches.watch("locked")
    assert watch_count(inotify) == 3


@on_linux
def test_watching_a_known_folder_again_tells_its_changes_once(folder: Path, told: Told, inotify: InotifyFD) -> None:
    watches = InotifyWatches(folder, told.on_changes, told.on_problem, lambda: inotify)
    for _ in range(3):
        watches.watch("")
    (folder / "main.py").touch()
    (folder / "last.py").touch()
    told.wait_for("last.py")
    assert told.changes[:2] == [("main.py",), ("main.py",)]  # created, and closed after writing
    assert told.changes[2] == ("last.py",)
    watches.close()


@on_linux
def test_a_link_is_not_followed_but_the_folder_itself_may_be_one(
    folder: Path, told: Told, inotify: InotifyFD, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder)
    (folder / "inner").symlink_to(folder / "src")
    watches = InotifyWatches(link, told.on_changes, told.on_problem, lambda: inotify)
    watches.watch("")
    watches.watch("inner")
    assert watch_count(inotify) == 1
    (folder / "main.py").write_text("x")
    told.wait_for("main.py")
    watches.close()


@on_linux
def test_thousands_of_watches_are_given_back_without_losing_other_folders_events(
    tmp_path: Path, told: Told, inotify: InotifyFD
) -> None:
    for number in range(2500):
        (tmp_path / "large" / str(number)).mkdir(parents=True)
    (tmp_path / "other").mkdir()
    large = InotifyWatches(tmp_path / "large", Told().on_changes, told.on_problem, lambda: inotify)
    other = InotifyWatches(tmp_path / "other", told.on_changes, told.on_problem, lambda: inotify)
    other.watch("")
    for path in ["", *map(str, range(2500))]:
        large.watch(path)
    large.close()
    number = 0
    while watch_count(inotify) > 1:
        (tmp_path / "other" / f"{number}.py").touch()
        told.wait_for(f"{number}.py")
        number += 1
    assert None not in told.changes
    other.close()


@on_linux
def test_a_folder_of_one_index_may_lie_below_anothers(
    inotify_watches: InotifyWatches, follower: Follower, folder: Path, told: Told, inotify: InotifyFD
) -> None:
    inner = InotifyWatches(folder / "src", told.on_changes, told.on_problem, lambda: inotify)
    inner.watch("")
    inotify_watches.watch("src")
    (folder / "src" / "new.py").touch()
    told.wait_for("new.py")
    follower.told.wait_for("src/new.py")
    (folder / "src").rename(folder / "lib")
    told.wait(lambda: told.problems)
    follower.told.wait(lambda: _agree(follower))
    (folder / "lib" / "new.py").write_text("x")
    follower.told.wait(lambda: _agree(follower))
    assert not inner.events_arrive
    assert inotify_watches.events_arrive


# macOS and Windows: the observer does not tell what it lost


def test_after_a_flood_everything_is_in_doubt(folder: Path, told: Told) -> None:
    watch = RecursiveWatch(folder, told.on_changes, told.on_problem)
    watch.watch("")
    for number in range(300):
        (folder / f"{number}.py").write_text("x")
    told.wait(lambda: None in told.changes)
    assert watch.events_arrive
    watch.close()


# The door


@pytest.fixture
def watcher(folder: Path, told: Told) -> Iterator[Watcher]:
    watcher = Watcher(folder, told.on_changes, told.on_problem)
    watcher.start()
    yield watcher
    watcher.close()


def test_a_watcher_watches_from_its_start(watcher: Watcher, folder: Path, told: Told) -> None:
    watcher.watch("src")
    (folder / "src" / "main.py").write_text("new")
    told.wait_for("src/main.py")
    assert watcher.events_arrive


def test_two_watchers_of_one_folder_do_not_disturb_each_other(watcher: Watcher, folder: Path, told: Told) -> None:
    second_told = Told()
    second = Watcher(folder, second_told.on_changes, second_told.on_problem)
    second.start()
    (folder / "one.py").write_text("x")
    told.wait_for("one.py")
    second_told.wait_for("one.py")
    second.close()
    (folder / "two.py").write_text("x")
    told.wait_for("two.py")
    assert second_told.paths == {"one.py"}


def test_a_failure_of_whoever_is_told_does_not_end_the_telling(
    folder: Path, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(paths: object) -> None:
        told.on_changes(paths)  # type: ignore[arg-type]
        raise ZeroDivisionError

    watcher = Watcher(folder, fail, told.on_problem)
    watcher.start()
    (folder / "one.py").write_text("x")
    told.wait_for("one.py")
    (folder / "two.py").write_text("x")
    told.wait_for("two.py")
    watcher.close()
    assert "ZeroDivisionError" in caplog.text


def test_events_do_not_arrive_from_a_network_mount_below_once_it_belongs_to_the_index(folder: Path, told: Told) -> None:
    mounts = {"/": "ext4", str(folder / "src"): "nfs4", str(folder / "ignored"): "nfs4"}
    watcher = Watcher(folder, told.on_changes, told.on_problem, mounts=lambda: mounts)
    watcher.start()
    assert watcher.events_arrive
    watcher.watch("src")
    assert not watcher.events_arrive
    assert told.problems == []
    watcher.close()


@pytest.mark.parametrize(
    "file_system", ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "fuse.grpcfuse", "vboxsf", "virtiofs", "prl_fs"]
)
def test_file_systems_that_others_write_to_are_silent(file_system: str, tmp_path: Path) -> None:
    assert silent_folders(tmp_path, {"/": "ext4", str(tmp_path.parent): file_system}) == {""}


@pytest.mark.parametrize("file_system", ["ext4", "overlay", "btrfs", "tmpfs", "apfs", "NTFS", "fuseblk"])
def test_file_systems_of_this_machine_are_heard(file_system: str, tmp_path: Path) -> None:
    assert silent_folders(tmp_path, {"/": "nfs", str(tmp_path): file_system}) == set()


def test_a_mount_beside_the_folder_does_not_make_it_silent(tmp_path: Path) -> None:
    assert silent_folders(tmp_path / "code", {"/": "ext4", str(tmp_path / "code2"): "nfs"}) == set()


def test_the_systems_own_table_has_the_file_system_of_the_root() -> None:
    assert mounted_file_systems().get(Path.cwd().anchor)
