"""Hardening tests of whole modules beside those of peers and of the projects, judged alike.

    python -m benchmarks embedded MIRRORS [--modules NAME …] [--makers NAME …] [--budget S]
                                  [--faults N] [--cache DIR] [--python VERSION] [--json FILE]

MIRRORS is a directory that holds each repository as ``owner+name/repo`` (bare). What peers write,
environments and faults are kept in the cache directory, so that later runs are quick. Peers are
Pynguin with 30 s of search and ``hypothesis write``; both and the judging need the network once,
to install. Figures of one run are comparable with each other; seconds depend on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.hardening.makers import MAKERS
from benchmarks.hardening.modules import MODULES, Module, Place, prepare
from benchmarks.hardening.mutants import Fault, make_faults
from benchmarks.hardening.scoring import Score, Suite, score
from regoose_ci.config import Settings


@dataclass(frozen=True)
class Row:
    """One suite of one module."""

    module: str
    suite: Suite
    score: Score

    @property
    def branches(self) -> float:
        """Share of the module's branches that are covered."""
        covered, whole = self.score.branches
        return covered / whole if whole else 0.0

    @property
    def faults(self) -> float:
        """Share of the faults that are noticed."""
        return sum(self.score.noticed) / max(1, len(self.score.noticed))


HEADER = (
    "| module | tests by | branches | faults | seconds | MiB | tests | failing | flaky "
    "| xfail | assert nothing |\n|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
)


def markdown(row: Row) -> str:
    """Render one row of the table."""
    told = row.score
    cells = [row.module, row.suite.maker, f"{row.branches:.0%}", f"{row.faults:.0%}"]
    cells += [f"{row.suite.seconds:.0f}", f"{row.suite.peak_mb:.0f}"]
    counts = (told.tests, told.failing, told.flaky, told.xfail, told.asserting_nothing)
    return f"| {' | '.join([*cells, *map(str, counts)])} |"


def mean(maker: str, rows: list[Row]) -> str:
    """Render a maker's means over the modules, and sums of what is counted."""
    number = len(rows)
    cells = [f"**{number} modules**", maker]
    cells += [f"{sum(r.branches for r in rows) / number:.0%}"]
    cells += [f"{sum(r.faults for r in rows) / number:.0%}"]
    cells += [f"{sum(r.suite.seconds for r in rows) / number:.0f}"]
    cells += [f"{max(r.suite.peak_mb for r in rows):.0f}"]
    for name in ("tests", "failing", "flaky", "xfail", "asserting_nothing"):
        cells.append(str(sum(getattr(r.score, name) for r in rows)))
    return f"| {' | '.join(cells)} |"


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks embedded")
    parser.add_argument("mirrors", type=Path)
    parser.add_argument("--modules", nargs="*", default=[])
    parser.add_argument("--makers", nargs="*", default=list(MAKERS), choices=list(MAKERS))
    parser.add_argument("--budget", type=float, default=15.0)
    parser.add_argument("--faults", type=int, default=60)
    parser.add_argument("--cache", type=Path, default=Settings().cache_dir / "benchmarks")
    parser.add_argument("--python", default="3.11", metavar="VERSION")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="write the suites there")
    return parser.parse_args()


def run_module(module: Module, asked: argparse.Namespace) -> list[Row]:
    """Make and judge all suites of one module."""
    place = prepare(module, asked.mirrors, asked.cache, asked.python)
    faults = make_faults(place, asked.faults)
    rows = []
    for maker in asked.makers:
        rows.append(run_maker(maker, place, faults, asked))
        print(markdown(rows[-1]), flush=True)
        if rows[-1].suite.problem:
            print(rows[-1].suite.problem, file=sys.stderr)
    return rows


def run_maker(maker: str, place: Place, faults: list[Fault], asked: argparse.Namespace) -> Row:
    """Make and judge one suite."""
    suite = MAKERS[maker](place, asked.budget)
    if asked.keep:
        for name, text in suite.files.items():
            path = asked.keep / place.module.name / maker.replace(" ", "-") / Path(name).name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return Row(place.module.name, suite, score(place, suite, faults, asked.cache / "scores"))


def main() -> None:
    """Run, print the table, write JSON if asked."""
    asked = options()
    chosen = [m for m in MODULES if not asked.modules or m.name in asked.modules]
    print(f"budget {asked.budget:g} s, ≤ {asked.faults} faults, load {os.getloadavg()[0]:.1f}\n")
    print(HEADER)
    rows = [row for module in chosen for row in run_module(module, asked)]
    for maker in asked.makers:
        print(mean(maker, [row for row in rows if row.suite.maker == maker]))
    if asked.json:
        asked.json.write_text(json.dumps([_as_json(row) for row in rows], indent=1) + "\n")


def _as_json(row: Row) -> dict[str, object]:
    made = {**asdict(row.suite), "files": len(row.suite.files)}
    return {"module": row.module, **made, **asdict(row.score)}


if __name__ == "__main__":
    main()
