"""How long analysing a large diff takes, against parsing its files alone.

    python -m benchmarks analysis

300 files, over 20,000 changed lines, 1,200 changed functions; medians of five runs in one process.
"""

from __future__ import annotations

import ast
import difflib
import statistics
import time
from collections.abc import Callable

from regoose_ci.analysis.changes import find_changes
from regoose_ci.analysis.layout import Layout

RUNS = 5
FILES = 300


def make_change() -> tuple[dict[str, str], dict[str, str], str]:
    """Return base, head and their diff."""
    step = "    value = (value * a + {}) % 97\n"
    body = "".join(step.format(n) for n in range(10))
    functions = [f"\n\ndef f{i}(a, b):\n    value = b\n{body}    return value\n" for i in range(18)]
    edited = [text.replace("* a", "* b") for text in functions[:4]] + functions[4:]
    old, new = "LIMIT = 1\n" + "".join(functions), "LIMIT = 2\n" + "".join(edited)
    paths = [f"src/pkg/m{i}.py" for i in range(FILES)]
    lines = difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), "a/PATH", "b/PATH", n=0
    )
    diff = "".join(lines)
    whole = "".join(diff.replace("PATH", path) for path in paths)
    return dict.fromkeys(paths, old), dict.fromkeys(paths, new), whole


def median(work: Callable[[], object]) -> float:
    """Return the median of some runs, in seconds of processor time."""
    seconds = []
    for _ in range(RUNS):
        started = time.process_time()
        work()
        seconds.append(time.process_time() - started)
    return statistics.median(seconds)


def main() -> None:
    """Measure and print."""
    base, head, diff = make_change()
    layout = Layout(("src",))

    def analyse() -> int:
        read_base, read_head = (lambda p: base[p].encode()), (lambda p: head[p].encode())
        return len(find_changes(diff, read_base, read_head, layout, layout).functions)

    def parse() -> None:
        for text in (*base.values(), *head.values()):
            ast.parse(text)

    found = analyse()
    analysing, parsing = median(analyse), median(parse)
    lines = diff.count("\n")
    print(f"{FILES} files, {lines} lines of diff, {found} changed functions")
    print(f"analysis {analysing:.2f} s, parsing alone {parsing:.2f} s, {analysing / parsing:.1f} x")


if __name__ == "__main__":
    main()
