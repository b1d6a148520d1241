"""Applicants outside of the system: they declare drafts over HTTP, and note on the disk what was acknowledged.

`python -m tests.drills.submitting PORT DRAFTS NOTES CONNECTIONS` takes the drafts of a file, a code and a key on each
line, and ends when each one is acknowledged or refused. An answer that did not come, or was an error, tells nothing:
it is asked again later. A line of NOTES is on the disk before the next request of its connection. Standard library.
"""

import os
import re
import socket
import sys
import time
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Barrier, Lock

HOST = "127.0.0.1"
PATIENCE = 10.0  # seconds for an answer
PAUSE = 0.2  # seconds before the same draft is tried again
TOKEN = "k" * 32  # cookie and field of the forms' forgery check may be one
ACCEPTED, REFUSED, UNKNOWN = "accepted", "refused", "unknown"
REFERENCE = re.compile(rb'<dd class="code">([0-9A-Z-]+)</dd>')


@dataclass(frozen=True)
class Draft:
    code: str
    key: str

    @classmethod
    def read(cls, path: Path) -> list["Draft"]:
        return [cls(*line.split()) for line in path.read_text().splitlines()]

    def declaration(self) -> bytes:
        return self._request("POST", "declaration", f"csrfmiddlewaretoken={TOKEN}&true=on&token={self.key}")

    def receipt(self) -> bytes:
        return self._request("GET", "done", "")

    def _request(self, method: str, page: str, body: str) -> bytes:
        lines = [f"{method} /en/apply/{page}/ HTTP/1.1", f"Host: {HOST}"]
        lines += [f"Cookie: draft={self.code}; csrftoken={TOKEN}", f"Content-Length: {len(body)}"]
        lines += ["Content-Type: application/x-www-form-urlencoded", "", body]
        return "\r\n".join(lines).encode()


class Connection:
    """One connection kept open, opened anew after a failure."""

    def __init__(self, port: int) -> None:
        self.port, self.socket = port, None

    def ask(self, request: bytes) -> tuple[int, bytes, bytes]:
        """Status, head and body of the answer; OSError where none comes."""
        try:
            if self.socket is None:
                self.socket = socket.create_connection((HOST, self.port), PATIENCE)
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.socket.sendall(request)
            head, _, body = self._read(b"", lambda told: b"\r\n\r\n" in told).partition(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            body = self._read(body, lambda told: len(told) >= int(length[1])) if length else body
            return int(head[9:12]), head, body
        except OSError:
            self.close()
            raise

    def _read(self, told: bytes, enough) -> bytes:
        while not enough(told):
            more = self.socket.recv(65536)
            if not more:
                raise ConnectionError("the answer broke off")
            told += more
        return told

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
        self.socket = None


def declare(connection: Connection, draft: Draft) -> str:
    """Press the last button once, and what came of it as far as the applicant can know."""
    try:
        status, head, body = connection.ask(draft.declaration())
    except OSError:
        return UNKNOWN
    if status == 302:
        if b"/apply/done/" not in head:
            raise AssertionError(f"the draft was not ready: {head!r}")
        return ACCEPTED
    if status == 400:
        return REFUSED
    if status < 500:
        raise AssertionError(f"{status}: {body[:500]!r}")
    return UNKNOWN


def reference_of(connection: Connection, draft: Draft) -> str:
    """The reference on the receipt; "" where the receipt cannot be had."""
    try:
        _status, _head, body = connection.ask(draft.receipt())
    except OSError:
        return ""
    found = REFERENCE.search(body)
    return found[1].decode().replace("-", "") if found else ""


@dataclass
class Notes:
    """What the applicants know: lines of an outcome, a key and a reference, each on the disk before the next step."""

    path: Path
    outcomes: Counter = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.lock, self.file = Lock(), self.path.open("ab", buffering=0)

    def add(self, outcome: str, draft: Draft, reference: str = "-") -> None:
        with self.lock:
            self.outcomes[outcome] += 1
            self.file.write(f"{outcome} {draft.key} {reference or '-'}\n".encode())
        os.fsync(self.file.fileno())


def all_declared(port: int, drafts: list[Draft], notes: Notes, connections: int) -> None:
    """Each draft is declared until its outcome is known, by so many connections at once."""
    left = deque(drafts)

    def one_connection(_number: int) -> None:
        connection = Connection(port)
        while True:
            try:
                draft = left.popleft()
            except IndexError:
                return
            outcome = declare(connection, draft)
            notes.add(outcome, draft)
            if outcome == ACCEPTED:
                notes.add("receipt", draft, reference_of(connection, draft))
            elif outcome == UNKNOWN:
                left.append(draft)
                time.sleep(PAUSE)

    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(one_connection, range(connections)))


def pressed_at_once(port: int, presses: list[Draft]) -> list[tuple[str, str]]:
    """Each draft given is declared over a connection of its own, all in the same moment: outcomes and references."""
    together = Barrier(len(presses))

    def press(draft: Draft) -> tuple[str, str]:
        connection = Connection(port)
        together.wait()
        outcome = declare(connection, draft)
        told = outcome, reference_of(connection, draft) if outcome == ACCEPTED else ""
        connection.close()
        return told

    with ThreadPoolExecutor(len(presses)) as pool:
        return list(pool.map(press, presses))


if __name__ == "__main__":
    notes = Notes(Path(sys.argv[3]))
    all_declared(int(sys.argv[1]), Draft.read(Path(sys.argv[2])), notes, int(sys.argv[4]))
    print(dict(notes.outcomes))
