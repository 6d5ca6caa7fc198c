"""How long analysing a large change takes, against parsing its files alone.

    python -m benchmarks analysis

300 files, over 20,000 changed lines, 1,200 changed functions; medians of five runs in one process,
each of a change of its own, so that none finds what another one remembered.
"""

from __future__ import annotations

import ast
import difflib
import statistics
import time
from collections.abc import Callable, Iterable

from regoose_ci.agents.analyzer import analyze
from regoose_ci.analysis.source import collector_paused
from regoose_ci.domain.revisions import Revision
from tests.fakes.change import Change

RUNS = 5
FILES = 300


def make_change(number: int = 0) -> Change:
    """Return a change, another one for each number."""
    sources: dict[Revision, dict[str, str]] = {Revision.BASE: {}, Revision.HEAD: {}}
    patches = []
    for index in range(FILES):
        path = f"src/pkg/m{index}.py"
        functions = [_function(f"f{index}_{i}") for i in range(18)]
        edited = [text.replace("* a", "* b") for text in functions[:4]] + functions[4:]
        old = f"LIMIT = {number}\n" + "".join(functions)
        new = f"LIMIT = {number + 1}\n" + "".join(edited)
        sources[Revision.BASE][path], sources[Revision.HEAD][path] = old, new
        lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
        patches += difflib.unified_diff(*lines, f"a/{path}", f"b/{path}", n=0)
    return Change(sources, "".join(patches))


def _function(name: str) -> str:
    body = "".join(f"    value = (value * a + {n}) % 97\n" for n in range(10))
    return f"\n\ndef {name}(a, b):\n    value = b\n{body}    return value\n"


def median(work: Callable[[Change], object], changes: Iterable[Change]) -> float:
    """Return the median of one run for each change, in seconds of processor time."""
    seconds = []
    for change in changes:
        started = time.process_time()
        work(change)
        seconds.append(time.process_time() - started)
    return statistics.median(seconds)


@collector_paused()
def parse(change: Change) -> None:
    """Parse both revisions of every file."""
    for sources in change.sources.values():
        for text in sources.values():
            ast.parse(text)


def main() -> None:
    """Measure and print."""
    changes = [make_change(number) for number in range(RUNS)]
    analysing, parsing = median(analyze, changes), median(parse, changes)
    lines, found = changes[0].patch.count("\n"), len(analyze(changes[0]).functions)
    print(f"{FILES} files, {lines} lines of diff, {found} changed functions")
    print(f"analysis {analysing:.2f} s, parsing alone {parsing:.2f} s, {analysing / parsing:.1f} x")


if __name__ == "__main__":
    main()
