"""Benchmarks, as ratios measured in one run on one machine: `make bench`.

Absolute seconds depend on the machine; the ratios are what may be quoted. Each line says its goal and whether it was
met. Names of parts (`make bench ONLY="claims desk"`) leave the others out. Data goes to a folder of its own
(PORTAL_DATA_DIR, default var/bench) and can be deleted afterwards.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("PORTAL_DATA_DIR", str(ROOT / "var" / "bench"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django  # noqa: E402

from portal import embedded, sharing  # noqa: E402


@dataclass(frozen=True)
class Line:
    what: str
    measured: str
    ratio: float
    goal: float
    higher_is_better: bool = False

    @property
    def met(self) -> bool:
        return self.ratio >= self.goal if self.higher_is_better else self.ratio <= self.goal

    def __str__(self) -> str:
        sign = ">=" if self.higher_is_better else "<="
        verdict = "met" if self.met else "NOT MET"
        return f"{verdict:8}{self.what}: {self.ratio:.2f} (goal {sign} {self.goal}; {self.measured})"


def lines() -> Iterator[Line]:
    from bench import claims, dashboards, desk, events, pages, submissions

    parts = {
        "events": events,
        "pages": pages,
        "claims": claims,
        "desk": desk,
        "dashboards": dashboards,
        "submissions": submissions,
    }
    for name in sys.argv[1:] or parts:
        yield from parts[name].lines()


def main() -> None:
    os.environ.update(embedded.missing_secrets(embedded.data_dir()))
    with sharing.shared(embedded.data_dir(), embedded.missing_urls()) as urls:
        os.environ.update(urls)
        django.setup()
        for line in lines():
            print(line, flush=True)


if __name__ == "__main__":
    main()
