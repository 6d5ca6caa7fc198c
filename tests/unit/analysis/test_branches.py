from __future__ import annotations

from regoose_ci.analysis.branches import branch_exits

CHAIN = "if n == 0:\n    pass\n" + "".join(f"elif n == {n}:\n    pass\n" for n in range(1, 400))


def test_lines_with_more_than_one_way_out_are_counted() -> None:
    assert branch_exits("if n:\n    n = 1\nn = 2\n") == {1: 2}


def test_what_is_nested_too_deeply_has_no_branches() -> None:
    assert branch_exits(CHAIN) == {}
