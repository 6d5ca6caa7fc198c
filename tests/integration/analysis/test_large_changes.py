"""Changes of the size that a monorepo brings."""

from __future__ import annotations

from regoose_ci.analysis.changes import find_changes
from regoose_ci.analysis.layout import Layout
from tests.unit.analysis.test_changes import diff_of


def test_three_hundred_files_and_twenty_thousand_lines_are_read():
    step = "    value = (value * a + {}) % 97\n"
    functions = [
        f"\n\ndef f{i}(a, b):\n    value = b\n"
        + "".join(step.format(n) for n in range(10))
        + "    return value\n"
        for i in range(18)
    ]
    base = {f"src/pkg/m{i}.py": "LIMIT = 1\n" + "".join(functions) for i in range(300)}
    edited = [text.replace("* a", "* b") for text in functions[:4]] + functions[4:]
    head = dict.fromkeys(base, "LIMIT = 2\n" + "".join(edited))
    hunk = next(iter(base))
    one_file = diff_of({hunk: base[hunk]}, {hunk: head[hunk]})
    diff = "".join(one_file.replace(hunk, path) for path in base)
    assert diff.count("\n") > 20_000

    layout = Layout(("src",))
    found = find_changes(
        diff, lambda p: base[p].encode(), lambda p: head[p].encode(), layout, layout
    )
    assert len(found.functions) == 300 * 4
