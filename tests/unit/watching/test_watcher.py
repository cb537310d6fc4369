"""The watcher reports every change in a folder."""

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
from folder_follower import Follower, RecordedEvents, texts

from sourcewise.watching.recursive_watch import RecursiveWatch
from sourcewise.watching.silent_mounts import mounted_file_systems, silent_folders
from sourcewise.watching.watcher import Watcher

if sys.platform == "linux":
    from watchdog.observers.inotify_c import InotifyConstants, InotifyEvent, InotifyFD, WatchDescriptor

    from sourcewise.watching.inotify_watches import InotifyWatches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sourcewise.watching.watches import Watches

# Two threads of watchdog may both watch the entries of a new folder; watchdog then warns.
pytestmark = pytest.mark.filterwarnings("ignore:Callback with id .* already exists for watch:RuntimeWarning")

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="inotify exists on Linux only")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.py").write_text("old")
    return folder


@pytest.fixture
def events() -> RecordedEvents:
    return RecordedEvents()


@pytest.fixture
def inotify() -> Iterator[InotifyFD]:
    """Return an inotify instance for this test only."""
    instance = InotifyFD()
    instance.start()
    yield instance
    instance.stop()
    instance.join()


@pytest.fixture(params=["each folder", "all below"])
def make(request: pytest.FixtureRequest) -> Callable[..., Watches]:
    """Return each kind of watches that works on this system."""
    if request.param == "all below":
        return RecursiveWatch
    if sys.platform != "linux":
        pytest.skip("inotify exists on Linux only")
    return partial(InotifyWatches, inotify=lambda: request.getfixturevalue("inotify"))


@pytest.fixture
def watches(make: Callable[..., Watches], folder: Path, events: RecordedEvents) -> Iterator[Watches]:
    """Return watches of the folder and its `src`."""
    watches = make(folder, events.on_changes, events.on_problem)
    watches.watch("")
    watches.watch("src")
    yield watches
    watches.close()


def watch_count(inotify: InotifyFD) -> int:
    """Return the number of watched folders according to the operating system."""
    return Path(f"/proc/self/fdinfo/{inotify._inotify_fd}").read_text().count("inotify wd:")


# Changes of files


def test_a_written_file_is_reported(watches: Watches, folder: Path, events: RecordedEvents) -> None:
    (folder / "src" / "main.py").write_text("new")
    (folder / "README.md").write_text("new")
    events.wait_for("src/main.py", "README.md")
    assert watches.events_arrive


def test_an_atomic_save_reports_the_file_that_it_replaces(
    watches: Watches, folder: Path, events: RecordedEvents
) -> None:
    (folder / "src" / ".main.py.tmp").write_text("new")
    events.wait_for("src/.main.py.tmp")
    events.forget()
    (folder / "src" / ".main.py.tmp").replace(folder / "src" / "main.py")
    events.wait_for("src/main.py")


def test_a_deleted_file_is_reported(watches: Watches, folder: Path, events: RecordedEvents) -> None:
    (folder / "src" / "main.py").unlink()
    events.wait_for("src/main.py")


def test_a_move_reports_both_paths(watches: Watches, folder: Path, events: RecordedEvents, tmp_path: Path) -> None:
    (folder / "src" / "main.py").rename(folder / "moved.py")
    events.wait_for("src/main.py", "moved.py")
    events.forget()
    (folder / "moved.py").rename(tmp_path / "outside.py")
    events.wait_for("moved.py")
    events.forget()
    (tmp_path / "outside.py").rename(folder / "back.py")
    events.wait_for("back.py")


def test_unusual_names_are_reported_unchanged(watches: Watches, folder: Path, events: RecordedEvents) -> None:
    names = {"ünï cödé.py", "line\nbreak", "-dash", " blank ", "back\\slash", os.fsdecode(b"latin-\xe9.py")}
    for name in names:
        (folder / "src" / name).write_text("x")
    events.wait_for(*(f"src/{name}" for name in names))


def test_reading_reports_nothing(watches: Watches, folder: Path, events: RecordedEvents) -> None:
    for _ in range(20):
        (folder / "src" / "main.py").read_text()
        os.listdir(folder / "src")
    (folder / "last.py").write_text("x")
    events.wait_for("last.py")
    assert events.paths == {"last.py"}


# Changes of folders


def test_a_new_folder_is_reported(watches: Watches, folder: Path, events: RecordedEvents) -> None:
    (folder / "new" / "below").mkdir(parents=True)
    events.wait_for("new")


def test_a_folder_moved_inside_the_root_reports_both_paths(
    watches: Watches, folder: Path, events: RecordedEvents
) -> None:
    (folder / "src").rename(folder / "lib")
    events.wait_for("src", "lib")


def test_a_deleted_folder_is_reported(watches: Watches, folder: Path, events: RecordedEvents) -> None:
    shutil.rmtree(folder / "src")
    events.wait_for("src")


def test_a_deleted_root_is_one_problem_and_is_watched_again_when_it_is_restored(
    watches: Watches, folder: Path, events: RecordedEvents
) -> None:
    shutil.rmtree(folder)
    events.wait(lambda: None in events.changes)
    assert not watches.events_arrive
    watches.watch("")
    assert events.problems == [f"The folder {folder} was moved or deleted. Restore it, or open it at its new location."]

    folder.mkdir()
    watches.watch("")
    assert watches.events_arrive
    (folder / "main.py").write_text("x")
    events.wait_for("main.py")


def test_a_missing_root_is_watched_once_it_exists(
    make: Callable[..., Watches], tmp_path: Path, events: RecordedEvents
) -> None:
    watches = make(tmp_path / "later", events.on_changes, events.on_problem)
    watches.watch("")
    assert not watches.events_arrive
    assert events.problems == []
    (tmp_path / "later").mkdir()
    watches.watch("")
    assert watches.events_arrive
    watches.close()


# Closing


def test_closing_during_a_stream_of_events_stops_the_reports(
    make: Callable[..., Watches], folder: Path, events: RecordedEvents
) -> None:
    watches = make(folder, events.on_changes, events.on_problem)
    watches.watch("")
    stop = threading.Event()
    writer = threading.Thread(target=_write_until, args=(folder, stop))
    writer.start()
    events.wait(lambda: len(events.changes) > 50)
    watches.close()
    watches.close()
    assert not watches.events_arrive
    stop.set()
    writer.join()
    watches.watch("")
    assert not watches.events_arrive
    assert events.problems == []


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
    """Return watches of the folder for a follower that reads every reported path."""
    watches = InotifyWatches(folder, follower.on_changes, follower.events.on_problem, lambda: inotify)
    follower.follow(watches.watch)
    yield watches
    watches.close()


def _agree(follower: Follower) -> bool:
    return follower.files == texts(follower.folder)


@on_linux
def test_a_deep_tree_created_at_once_is_reported_completely(
    inotify_watches: InotifyWatches, follower: Follower
) -> None:
    deepest = follower.folder
    for depth in range(30):
        deepest /= f"level_{depth}"
        deepest.mkdir()
        (deepest / "module.py").write_text(str(depth))
    follower.events.wait(lambda: _agree(follower))
    (deepest / "late.py").write_text("x")
    follower.events.wait(lambda: _agree(follower))


@on_linux
def test_changes_in_a_moved_folder_are_reported_at_its_new_path(
    inotify_watches: InotifyWatches, follower: Follower, inotify: InotifyFD
) -> None:
    (follower.folder / "src" / "inner").mkdir()
    follower.events.wait_for("src/inner")
    (follower.folder / "src").rename(follower.folder / "lib")
    follower.events.wait(lambda: _agree(follower))
    follower.events.forget()
    (follower.folder / "lib" / "inner" / "new.py").write_text("x")
    follower.events.wait_for("lib/inner/new.py")
    # The follower reads before it records an event: the move of the folder may be recorded only now.
    assert follower.events.paths - {"lib"} == {"lib/inner/new.py"}
    assert watch_count(inotify) == 3


@on_linux
def test_a_folder_moved_out_is_no_longer_watched(
    inotify_watches: InotifyWatches, follower: Follower, inotify: InotifyFD, tmp_path: Path
) -> None:
    (follower.folder / "src" / "inner").mkdir()
    follower.events.wait_for("src/inner")
    assert watch_count(inotify) == 3
    (follower.folder / "src").rename(tmp_path / "outside")
    follower.events.wait(lambda: _agree(follower))
    assert watch_count(inotify) == 1


@on_linux
def test_created_and_deleted_folders_leave_no_watches(inotify_watches: InotifyWatches, follower: Follower) -> None:
    for number in range(20):
        (follower.folder / "build").mkdir()
        (follower.folder / "build" / f"{number}.py").touch()
        follower.events.wait(lambda path=f"build/{number}.py": path in follower.files)
        shutil.rmtree(follower.folder / "build")
    (follower.folder / "last.py").touch()
    follower.events.wait_for("last.py")
    assert sorted(inotify_watches._descriptors) == ["", "src"]
    assert len(inotify_watches._watched) == 2


@on_linux
def test_a_file_replaced_by_a_folder_and_back_is_followed(inotify_watches: InotifyWatches, follower: Follower) -> None:
    place = follower.folder / "src" / "main.py"
    for text in ("one", "two", "three"):
        place.unlink()
        place.mkdir()
        (place / "inner.py").write_text(text)
        follower.events.wait(lambda: _agree(follower))
        shutil.rmtree(place)
        place.write_text(text)
        follower.events.wait(lambda: _agree(follower))


@on_linux
def test_five_thousand_files_written_by_another_process_are_all_reported(
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
    follower.events.wait_for("done")
    follower.events.wait(lambda: _agree(follower))
    assert len(follower.files) == 5002
    assert watch_count(inotify) == 22


@on_linux
def test_an_unwatched_folder_causes_no_events(
    inotify: InotifyFD, folder: Path, events: RecordedEvents, tmp_path: Path
) -> None:
    (folder / "node_modules").mkdir()
    watches = InotifyWatches(folder, events.on_changes, events.on_problem, lambda: inotify)
    watches.watch("")
    for number in range(500):
        (folder / "node_modules" / f"{number}.js").write_text("x")
    (folder / "last.py").write_text("x")
    events.wait_for("last.py")
    assert events.paths == {"last.py"}
    watches.close()


@on_linux
@pytest.mark.parametrize("seed", range(3))
def test_reading_every_reported_path_gives_the_whole_folder_after_any_change(
    inotify_watches: InotifyWatches, follower: Follower, seed: int, tmp_path: Path
) -> None:
    dice = random.Random(seed)
    for step in range(250):
        _change_something(follower.folder, tmp_path / "outside", dice, step)
    follower.events.wait(lambda: _agree(follower))
    for place in [follower.folder, *follower.folder.rglob("*")]:
        if place.is_dir():
            (place / "probe.py").write_text("found")
    follower.events.wait(lambda: _agree(follower))


def _change_something(folder: Path, outside: Path, dice: random.Random, step: int) -> None:
    """Create, write, move or delete a file or folder; names are few, so they are reused often."""
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


# Linux: refused watches and lost events


class LimitedInotify(InotifyFD if sys.platform == "linux" else object):  # type: ignore[misc]
    """An inotify instance with few watches that fails like the real one."""

    limit = 100

    def add_callback(self, *args: object) -> WatchDescriptor:
        if watch_count(self) >= self.limit:
            raise OSError(errno.ENOSPC, "inotify watch limit reached")
        return super().add_callback(*args)


@on_linux
def test_when_watches_run_out_all_are_removed_and_one_problem_is_reported(folder: Path, events: RecordedEvents) -> None:
    inotify = LimitedInotify()
    inotify.start()
    watches = InotifyWatches(folder, events.on_changes, events.on_problem, lambda: inotify)
    watches.watch("")
    for number in range(200):
        (folder / str(number)).mkdir()
        watches.watch(str(number))
    assert not watches.events_arrive
    assert watch_count(inotify) == 0
    (problem,) = events.problems
    assert "fs.inotify.max_user_watches" in problem
    watches.watch("")
    assert not watches.events_arrive
    inotify.stop()
    inotify.join()


@on_linux
def test_when_inotify_instances_run_out_one_problem_is_reported(folder: Path, events: RecordedEvents) -> None:
    def refuse() -> InotifyFD:
        raise OSError(errno.EMFILE, "inotify instance limit reached")

    watches = InotifyWatches(folder, events.on_changes, events.on_problem, refuse)
    watches.watch("")
    watches.watch("src")
    assert not watches.events_arrive
    (problem,) = events.problems
    assert "fs.inotify.max_user_instances" in problem
    watches.close()


@on_linux
def test_after_lost_events_a_full_scan_finds_every_change(
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
    assert None in follower.events.changes
    assert _agree(follower)
    (follower.folder / "lib" / "new.py").write_text("x")
    follower.events.wait(lambda: _agree(follower))


@on_linux
@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_without_read_permission_is_skipped(
    inotify_watches: InotifyWatches, follower: Follower, inotify: InotifyFD
) -> None:
    locked = follower.folder / "locked"
    locked.mkdir(mode=0)
    follower.events.wait_for("locked")
    inotify_watches.watch("locked")
    assert watch_count(inotify) == 2
    assert inotify_watches.events_arrive
    locked.chmod(0o700)
    inotify_watches.watch("locked")
    assert watch_count(inotify) == 3


@on_linux
def test_watching_a_folder_again_reports_its_changes_once(
    folder: Path, events: RecordedEvents, inotify: InotifyFD
) -> None:
    watches = InotifyWatches(folder, events.on_changes, events.on_problem, lambda: inotify)
    for _ in range(3):
        watches.watch("")
    (folder / "main.py").touch()
    (folder / "last.py").touch()
    events.wait_for("last.py")
    assert events.changes[:2] == [("main.py",), ("main.py",)]  # created, and closed after writing
    assert events.changes[2] == ("last.py",)
    watches.close()


@on_linux
def test_a_link_is_not_followed_but_the_folder_itself_may_be_one(
    folder: Path, events: RecordedEvents, inotify: InotifyFD, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder)
    (folder / "inner").symlink_to(folder / "src")
    watches = InotifyWatches(link, events.on_changes, events.on_problem, lambda: inotify)
    watches.watch("")
    watches.watch("inner")
    assert watch_count(inotify) == 1
    (folder / "main.py").write_text("x")
    events.wait_for("main.py")
    watches.close()


@on_linux
def test_thousands_of_watches_are_removed_without_losing_events_of_other_folders(
    tmp_path: Path, events: RecordedEvents, inotify: InotifyFD
) -> None:
    for number in range(2500):
        (tmp_path / "large" / str(number)).mkdir(parents=True)
    (tmp_path / "other").mkdir()
    large = InotifyWatches(tmp_path / "large", RecordedEvents().on_changes, events.on_problem, lambda: inotify)
    other = InotifyWatches(tmp_path / "other", events.on_changes, events.on_problem, lambda: inotify)
    other.watch("")
    for path in ["", *map(str, range(2500))]:
        large.watch(path)
    large.close()
    number = 0
    while watch_count(inotify) > 1:
        (tmp_path / "other" / f"{number}.py").touch()
        events.wait_for(f"{number}.py")
        number += 1
    assert None not in events.changes
    other.close()


@on_linux
def test_the_root_of_one_index_may_be_inside_another(
    inotify_watches: InotifyWatches, follower: Follower, folder: Path, events: RecordedEvents, inotify: InotifyFD
) -> None:
    inner = InotifyWatches(folder / "src", events.on_changes, events.on_problem, lambda: inotify)
    inner.watch("")
    inotify_watches.watch("src")
    (folder / "src" / "new.py").touch()
    events.wait_for("new.py")
    follower.events.wait_for("src/new.py")
    (folder / "src").rename(folder / "lib")
    events.wait(lambda: events.problems)
    follower.events.wait(lambda: _agree(follower))
    (folder / "lib" / "new.py").write_text("x")
    follower.events.wait(lambda: _agree(follower))
    assert not inner.events_arrive
    assert inotify_watches.events_arrive


# macOS and Windows: the observer does not report lost events


def test_a_burst_of_events_causes_a_full_scan(folder: Path, events: RecordedEvents) -> None:
    watch = RecursiveWatch(folder, events.on_changes, events.on_problem)
    watch.watch("")
    for number in range(300):
        (folder / f"{number}.py").write_text("x")
    events.wait(lambda: None in events.changes)
    assert watch.events_arrive
    watch.close()


# The watcher


@pytest.fixture
def watcher(folder: Path, events: RecordedEvents) -> Iterator[Watcher]:
    watcher = Watcher(folder, events.on_changes, events.on_problem)
    watcher.start()
    yield watcher
    watcher.close()


def test_a_watcher_watches_once_it_is_started(watcher: Watcher, folder: Path, events: RecordedEvents) -> None:
    watcher.watch("src")
    (folder / "src" / "main.py").write_text("new")
    events.wait_for("src/main.py")
    assert watcher.events_arrive


def test_two_watchers_of_one_folder_are_independent(watcher: Watcher, folder: Path, events: RecordedEvents) -> None:
    second_events = RecordedEvents()
    second = Watcher(folder, second_events.on_changes, second_events.on_problem)
    second.start()
    (folder / "one.py").write_text("x")
    events.wait_for("one.py")
    second_events.wait_for("one.py")
    second.close()
    (folder / "two.py").write_text("x")
    events.wait_for("two.py")
    assert second_events.paths == {"one.py"}


def test_an_exception_in_the_callback_does_not_stop_the_reports(
    folder: Path, events: RecordedEvents, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(paths: object) -> None:
        events.on_changes(paths)  # type: ignore[arg-type]
        raise ZeroDivisionError

    watcher = Watcher(folder, fail, events.on_problem)
    watcher.start()
    (folder / "one.py").write_text("x")
    events.wait_for("one.py")
    (folder / "two.py").write_text("x")
    events.wait_for("two.py")
    watcher.close()
    assert "ZeroDivisionError" in caplog.text


def test_events_do_not_arrive_once_a_network_mount_is_part_of_the_index(folder: Path, events: RecordedEvents) -> None:
    mounts = {"/": "ext4", str(folder / "src"): "nfs4", str(folder / "ignored"): "nfs4"}
    watcher = Watcher(folder, events.on_changes, events.on_problem, mounts=lambda: mounts)
    watcher.start()
    assert watcher.events_arrive
    watcher.watch("src")
    assert not watcher.events_arrive
    assert events.problems == []
    watcher.close()


@pytest.mark.parametrize(
    "file_system", ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "fuse.grpcfuse", "vboxsf", "virtiofs", "prl_fs"]
)
def test_shared_file_systems_are_silent(file_system: str, tmp_path: Path) -> None:
    assert silent_folders(tmp_path, {"/": "ext4", str(tmp_path.parent): file_system}) == {""}


@pytest.mark.parametrize("file_system", ["ext4", "overlay", "btrfs", "tmpfs", "apfs", "NTFS", "fuseblk"])
def test_local_file_systems_are_not_silent(file_system: str, tmp_path: Path) -> None:
    assert silent_folders(tmp_path, {"/": "nfs", str(tmp_path): file_system}) == set()


def test_a_mount_beside_the_folder_does_not_make_it_silent(tmp_path: Path) -> None:
    assert silent_folders(tmp_path / "code", {"/": "ext4", str(tmp_path / "code2"): "nfs"}) == set()


def test_the_mount_table_has_the_file_system_of_the_root() -> None:
    assert mounted_file_systems().get(Path.cwd().anchor)
