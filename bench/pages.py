from collections.abc import Iterator


def lines() -> Iterator:
    yield from ()
