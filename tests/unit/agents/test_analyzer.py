from __future__ import annotations

import difflib

from regoose_ci.agents.analyzer import analyze
from regoose_ci.domain.revisions import Revision
from tests.fakes.change import Change

BASE = "def total(a):\n    return a\n\n\ndef _half(a):\n    return a / 2\n"
HEAD = BASE.replace("return a\n", "return a + 1\n").replace("a / 2", "a // 2")
USES = "from shop.cart import total\n\n\ndef test_total():\n    assert total(3) == 3\n"
CALLER = "from shop.cart import _half\n\n\ndef share(a):\n    return _half(a)\n"


def _change() -> Change:
    others = {"tests/test_cart.py": USES, "shop/bill.py": CALLER, "shop/__init__.py": ""}
    lines = BASE.splitlines(keepends=True), HEAD.splitlines(keepends=True)
    diff = "".join(difflib.unified_diff(*lines, "a/shop/cart.py", "b/shop/cart.py", n=0))
    base, head = {**others, "shop/cart.py": BASE}, {**others, "shop/cart.py": HEAD}
    return Change({Revision.BASE: base, Revision.HEAD: head}, diff)


def test_finds_changed_functions_with_what_the_project_says_of_them() -> None:
    total, half = analyze(_change()).functions

    assert [m.function.current.qualname for m in (total, half)] == ["total", "_half"]
    assert total.tests[Revision.HEAD] == ("tests/test_cart.py",)
    assert [call.args for call in total.calls] == [("3",)]
    assert total.literals == ("3",)
    assert half.function.entry_points == ("shop.bill:share",)


def test_what_is_not_asked_for_is_counted() -> None:
    found = analyze(_change(), ("shop.cart._half",))

    assert [m.function.current.qualname for m in found.functions] == ["_half"]
    assert found.not_chosen == 1
