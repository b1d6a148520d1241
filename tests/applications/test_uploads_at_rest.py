"""Documents at rest: how they are stored, read and removed, and what a sweep takes away or misses."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from applications import uploads
from applications.uploads import storage

HOUR = timedelta(hours=1)


@pytest.fixture
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT / "uploads"


def aged(folder: Path, key: str, age: timedelta) -> Path:
    path = folder / key[:2] / key
    then = time.time() - age.total_seconds()
    os.utime(path, (then, then))
    return path


def test_a_stored_document_is_the_owners_alone_and_comes_back(folder):
    key = uploads.store(b"letter")

    path = folder / key[:2] / key
    assert (len(key), uploads.read(key)) == (32, b"letter")
    assert [oct(entry.stat().st_mode & 0o777) for entry in (path, path.parent)] == ["0o600", "0o700"]
    assert uploads.store(b"letter") != key


def test_a_removed_document_is_gone_and_may_be_removed_again(folder):
    key = uploads.store(b"letter")

    uploads.remove(key)
    uploads.remove(key)

    with pytest.raises(FileNotFoundError):
        uploads.read(key)


@pytest.mark.parametrize("failing", ["fsync", "rename"])
def test_a_write_that_fails_leaves_nothing_behind(folder, monkeypatch, failing):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(*((os, "fsync", fail) if failing == "fsync" else (Path, "rename", fail)))

    with pytest.raises(OSError, match="No space"):
        uploads.store(b"letter")

    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_content_and_its_name_are_on_the_disk_before_the_key_is_given(folder, monkeypatch):
    done, fsync, rename = [], os.fsync, Path.rename
    monkeypatch.setattr(os, "fsync", lambda file: (done.append(os.readlink(f"/proc/self/fd/{file}")), fsync(file)))
    monkeypatch.setattr(Path, "rename", lambda self, target: (done.append("rename"), rename(self, target)))

    key = uploads.store(b"letter")

    path = str(folder / key[:2] / key)
    assert done == [f"{path}.part", "rename", path[:-33], str(folder)]


@pytest.mark.parametrize(
    "key",
    [
        "",
        "../../etc/passwd",
        "/etc/passwd",
        "ab/../../x",
        "0" * 31,
        "0" * 33,
        "A" * 32,
        "0" * 31 + "/",
        "0" * 32 + "\n",
    ],
)
@pytest.mark.parametrize("act", [uploads.read, uploads.remove])
def test_what_is_no_key_never_becomes_a_path(folder, act, key):
    with pytest.raises(ValueError, match="not the key"):
        act(key)


def test_a_sweep_tells_files_without_rows_from_rows_without_files(folder):
    kept, fresh, orphan, lost = (uploads.store(b"letter") for _ in range(4))
    for key in (kept, orphan):
        aged(folder, key, 2 * HOUR)
    uploads.remove(lost)

    swept = uploads.sweep({kept, lost})

    assert swept == uploads.Swept(removed=[orphan], missing=[lost])
    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == sorted([kept, fresh])


def test_a_sweep_removes_what_a_crash_left_unfinished_and_nothing_of_others(folder):
    key = uploads.store(b"letter")
    half = aged(folder, key, 2 * HOUR).rename(folder / key[:2] / f"{key}.part")
    foreign = half.with_name("notes.txt")
    foreign.touch()
    os.utime(foreign, (0, 0))

    swept = uploads.sweep({key})

    assert (swept.removed, swept.missing) == ([half.name], [key])
    assert (half.exists(), foreign.exists()) == (False, True)


def test_a_sweep_waits_longer_when_told_and_never_less_than_an_hour(folder):
    key = uploads.store(b"letter")
    aged(folder, key, 2 * HOUR)

    assert uploads.sweep(set(), older_than=3 * HOUR).removed == []
    with pytest.raises(ValueError, match="less than an hour"):
        uploads.sweep(set(), older_than=HOUR / 2)
    assert uploads.sweep(set(), older_than=storage.FRESH).removed == [key]


def test_a_sweep_of_nothing_finds_nothing(folder):
    assert uploads.sweep(set()) == uploads.Swept([], [])
