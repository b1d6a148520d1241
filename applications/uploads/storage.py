"""Where documents lie: MEDIA_ROOT/uploads, out of the web server's reach, each sealed and under a random name."""

import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from applications import sealing

KEY = re.compile(r"[0-9a-f]{32}")  # 128 random bits
FRESH = timedelta(hours=1)  # a file this young may belong to a transaction that is still open
UNFINISHED = ".part"


@dataclass(frozen=True)
class Swept:
    """What a sweep found: keys of the files it removed, and known keys that have no file."""

    removed: list[str]
    missing: list[str]


def store(content: bytes) -> str:
    """Keep a document and give its key; when this returns it survives a power cut. OSError when the disk is full."""
    key = secrets.token_hex(16)
    path = _path(key)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(path, sealing.seal_bytes(content))
    return key


def read(key: str) -> bytes:
    """The document as it was stored; FileNotFoundError when there is none, ValueError for what is no key."""
    return sealing.unseal_bytes(_path(key).read_bytes())


def remove(key: str) -> None:
    """Forget a document; nothing happens when there is none. ValueError for what is no key."""
    _path(key).unlink(missing_ok=True)


def sweep(known: set[str], *, older_than: timedelta = FRESH) -> Swept:
    """Remove files that no row knows, and tell which rows have no file; ValueError for an age of less than an hour.

    `known` must be read before the call. A key may be missing because its row was deleted in between: ask again.
    Real time, not the portal's: files have no other.
    """
    if older_than < FRESH:
        raise ValueError("a file of less than an hour may belong to an open transaction")
    stored = dict(_stored())
    oldest_kept = time.time() - older_than.total_seconds()
    removed = [
        key for key, path in stored.items() if key not in known and _modified(path) < oldest_kept and _gone(path)
    ]
    return Swept(sorted(removed), sorted(known - stored.keys()))


def _root() -> Path:
    return Path(settings.MEDIA_ROOT) / "uploads"


def _path(key: str) -> Path:
    if not KEY.fullmatch(key):
        raise ValueError("not the key of a stored document")
    return _root() / key[:2] / key


def _write(path: Path, content: bytes) -> None:
    """All or nothing: the name appears only once the content is on the disk."""
    unfinished = path.with_suffix(UNFINISHED)
    try:
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    for folder in (path.parent, path.parent.parent):  # the folder's own entry may be new too
        _keep_entries(folder)


def _keep_entries(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _stored() -> Iterator[tuple[str, Path]]:
    """Files of ours by key; what a crash left unfinished goes by its whole name, which no row can know."""
    for path in _root().glob("[0-9a-f][0-9a-f]/*"):
        if KEY.fullmatch(path.name.removesuffix(UNFINISHED)) and path.is_file() and not path.is_symlink():
            yield path.name, path


def _modified(path: Path) -> float:
    """Seconds since the epoch; never old when somebody else has removed the file meanwhile."""
    with suppress(FileNotFoundError):
        return path.stat().st_mtime
    return time.time()


def _gone(path: Path) -> bool:
    path.unlink(missing_ok=True)
    return True
