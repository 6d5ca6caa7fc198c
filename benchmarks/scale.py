"""What more changed functions cost at a fixed budget: time, first behaviour change, memory.

    python -m benchmarks scale [--sizes N …] [--budget S] [--json FILE]

A made-up project of 50 functions; of those that are changed, the middle one behaves otherwise and
the rest do what they did. Seconds are of the whole review, its environment and sandbox included;
the memory is that of the controlling process at its largest.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.hardening.bounded import run

FUNCTIONS = 50
BODY = """

def label_{n}(text, limit={limit}):
    words = {words}
    total = sum(len(word) for word in words) + {n}
    if total {sign} limit:
        return "-".join(words)
    return f"{{total}} of {{limit}}"
"""


@dataclass(frozen=True)
class Row:
    """One review."""

    changed: int
    seconds: float
    exploring: float
    first_change: float | None
    inputs: int
    tested: int
    changes: int
    tests: int
    peak_mb: float


def source(changed: int) -> str:
    """Return the module with so many of its functions changed."""
    functions = []
    for n in range(FUNCTIONS):
        words = "[word for word in text.split()]" if n < changed else "text.split()"
        sign = ">=" if changed and n == changed // 2 else ">"
        functions.append(BODY.format(n=n, limit=10 + n, words=words, sign=sign))
    return '"""Labels."""\n' + "".join(functions)


def make_repository(root: Path, changed: int) -> None:
    """Write the project and commit it twice."""
    identity = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@localhost")
    subprocess.run(["git", "init", "--quiet", root], check=True)
    for count in (0, changed):
        (root / "labels.py").write_text(source(count))
        subprocess.run(["git", "add", "labels.py"], check=True, cwd=root)
        commit = ["git", *identity, "commit", "--quiet", "-m", f"Change {count} labels"]
        subprocess.run(commit, check=True, cwd=root)


def review(changed: int, budget: float) -> Row:
    """Review the project with so many functions changed."""
    with tempfile.TemporaryDirectory() as place:
        root, out = Path(place, "project"), Path(place, "report")
        make_repository(root, changed)
        program = "from regoose_ci.cli import main; main()"
        command = [sys.executable, "-c", program, "review", "--base", "HEAD^", "--quiet"]
        command += ["--budget", str(budget), "--out", str(out)]
        ran = run(command, budget * 10 + 300, os.environ, root)
        if not (out / "report.json").exists():
            raise RuntimeError(ran.output[-1000:])
        report = json.loads((out / "report.json").read_text())
    functions, timings = report["functions"], report["timings"]
    return Row(
        changed,
        round(ran.seconds, 1),
        round(timings["exploration_s"], 1),
        timings["first_change_s"],
        sum(f["explored"]["inputs"] for f in functions),
        sum(f["status"] == "tested" for f in functions),
        sum(len(f["behaviour_changes"]) for f in functions),
        report["totals"]["tests"],
        round(ran.peak_mb),
    )


def main() -> None:
    """Measure and print; as JSON too, if asked."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks scale")
    parser.add_argument("--sizes", nargs="*", type=int, default=[1, 10, 50])
    parser.add_argument("--budget", type=float, default=20.0)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    print(f"budget {asked.budget:g} s, load {os.getloadavg()[0]:.1f}\n")
    print(
        "| changed | seconds | exploring | first change | inputs | tested | changes | tests | MiB |"
    )
    print("|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    rows = []
    for size in asked.sizes:
        row = review(size, asked.budget)
        rows.append(row)
        first = "-" if row.first_change is None else f"{row.first_change:.1f}"
        cells = [row.changed, row.seconds, row.exploring, first, row.inputs, row.tested]
        cells += [row.changes, row.tests, row.peak_mb]
        print(f"| {' | '.join(map(str, cells))} |", flush=True)
    if asked.json:
        asked.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")


if __name__ == "__main__":
    main()
