"""What is left after many runs, among them those of sessions that were killed.

    python -m benchmarks leaks [--level LEVEL] [--runs N]

Each run is a container of its own. Looked for are containers, volumes, networks, processes,
mounts, temporary files, half-made cache entries and files of the engine: first after the last
run, then after the next session's start, which must leave nothing.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass

from tests.sandbox.lab import Lab, new_tag, open_lab
from tests.sandbox.levels import levels
from tests.sandbox.sessions import Ran, leaked, run_sessions, start_anew, traces


@dataclass(frozen=True)
class Leaks:
    """What was run, and what was there afterwards that had not been before."""

    ran: Ran
    seconds: float
    before_start: dict[str, set[str]]
    after_start: dict[str, set[str]]

    @property
    def count(self) -> int:
        """How many things are left for good."""
        return sum(map(len, self.after_start.values()))


def find_leaks(lab: Lab, runs: int) -> Leaks:
    """Run that many containers and see what remains."""
    tag, began = new_tag(), time.monotonic()
    before = traces(lab, tag)
    ran = run_sessions(lab, runs, tag)
    seconds = time.monotonic() - began
    left = leaked(lab, tag, before)
    start_anew(lab)
    return Leaks(ran, seconds, left, leaked(lab, tag, before))


def main() -> None:
    """Run and print; exit with 1 if anything is left."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks leaks")
    parser.add_argument("--level", choices=levels(), default=levels()[0])
    parser.add_argument("--runs", type=int, default=1000)
    options = parser.parse_args()
    with open_lab(options.level) as lab:
        leaks = find_leaks(lab, options.runs)
    ran = leaks.ran
    print(
        f"level {options.level}: {ran.runs} runs in {leaks.seconds:.0f} s, "
        f"{ran.killed} sessions killed"
    )
    for when, found in (("runs", leaks.before_start), ("next start", leaks.after_start)):
        print(f"after the {when}: {sum(map(len, found.values()))} things left")
        for kind, names in sorted(found.items()):
            print(f"    {len(names)} {kind}, {min(names)[:300]} for one")
    if leaks.count:
        sys.exit(1)


if __name__ == "__main__":
    main()
