"""What a test claims to have reached, beyond what it was asked about."""

from __future__ import annotations

import anyio

from regoose_ci.domain.bounds import MAX_DETAIL
from regoose_ci.domain.candidates import RunRecord
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.validation import TestInFile, run_on
from regoose_ci.guest.protocol import Reach, TestRun
from tests.fakes.guests import FunctionGuest
from tests.unit.execution.changed import changed

SOURCE = "def test_price():\n    assert price(5) == 5\n"


def ran(run: TestRun) -> RunRecord:
    guest = FunctionGuest({}, tests=lambda _: run)
    return anyio.run(
        run_on, guest, Revision.HEAD, changed("price"), TestInFile("test_price", SOURCE)
    )


def test_only_lines_of_the_function_count_as_covered() -> None:
    reach = Reach({"shop/prices.py": (0, 1, 2, 3, 99), "shop/other.py": (1,)})

    record = ran(TestRun(("test_price",), "passed", reach=reach))

    assert record.covered_lines == {"shop/prices.py": frozenset({1, 2})}


def test_a_failure_text_without_end_is_cut() -> None:
    record = ran(TestRun(("test_price",), "failed", detail="x" * 100_000 + "why"))

    assert len(record.detail) == MAX_DETAIL
    assert record.detail.endswith("why")
