"""Hostile projects that fool plain pytest, and what a review decides about the same tests."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

import anyio
import pytest

from regoose_ci.domain.candidates import RejectionReason, RunOutcome, RunRecord
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.pairs import PairFactory
from regoose_ci.execution.validation import TestInFile, run_on
from tests.unit.agents.boards import PRICE

from .lab import Lab
from .verdicts import (
    CATCHING,
    HONEST,
    UNTRUE,
    UNTRUE_TOO,
    NumberedSandbox,
    judged,
    plain_pytest,
    specs_of,
)


def verdicts(
    catching: RejectionReason | None, untrue: RejectionReason | None
) -> dict[str, RejectionReason | None]:
    return {CATCHING.name: catching, UNTRUE.name: untrue, UNTRUE_TOO.name: untrue}


CHANGED = "\ndef price(n):\n    return n + 1\n"
SEEN_THROUGH = verdicts(None, RejectionReason.FAILS_ON_HEAD)
"""The attack changes nothing: what is true is accepted and what is not is refused."""
LIED = verdicts(RejectionReason.INTEGRITY, RejectionReason.ASSERTS_NOTHING)
"""Everything passes on head, so do the negations; on base they fail."""
ENDED = verdicts(RejectionReason.INTEGRITY, RejectionReason.INTEGRITY)

REPORTS = """
from _pytest.reports import TestReport
original = TestReport.from_item_and_call.__func__
def forged(cls, item, call):
    report = original(cls, item, call)
    report.outcome, report.longrepr = "passed", None
    return report
TestReport.from_item_and_call = classmethod(forged)
"""
MAKEREPORT = """
import gc
from pluggy import HookImpl
from _pytest.reports import TestReport
def forged(item, call):
    call.excinfo = None
    return TestReport.from_item_and_call(item, call)
for hook in [o for o in gc.get_objects() if isinstance(o, HookImpl)]:
    if hook.plugin_name == "runner" and hook.function.__name__.endswith("makereport"):
        hook.function = forged
"""
BODIES = """
import _pytest.python
_pytest.python.Function.runtest = lambda self: None
"""
CLEAN = '<testsuites><testsuite tests="1" failures="0"><testcase/></testsuite></testsuites>'
REPORT_FILE = f"""
import atexit, os
def forge():
    try:
        open(os.environ.get("REPORT", "/tmp/.report.json"), "w").write('{CLEAN}')
    finally:
        os._exit(0)
atexit.register(forge)
"""
CONFTEST = """
import pytest
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    report = (yield).get_result()
    report.outcome, report.longrepr = "passed", None
"""
LEAVE = "import os\nos._exit(0)\n"


def head(hostile: str = "", **files: str) -> dict[str, str]:
    return {"shop/prices.py": hostile + CHANGED, **files}


ATTACKS = {
    "a36-TestReport": (head(REPORTS), LIED),
    "a36-makereport": (head(MAKEREPORT), LIED),
    "a36-bodies": (head(BODIES), LIED),
    "a37-exit": ({"shop/prices.py": "import os\ndef price(n):\n    os._exit(0)\n"}, ENDED),
    "a38-atexit": (head("import atexit, os\natexit.register(os._exit, 0)\n"), SEEN_THROUGH),
    "a39-report-file": (head(REPORT_FILE), SEEN_THROUGH),
    "a40-pytest": (head(**{"pytest.py": LEAVE}), SEEN_THROUGH),
    "a40-_pytest": (head(**{"_pytest/__init__.py": LEAVE}), SEEN_THROUGH),
    "a40-conftest": (head(**{"conftest.py": CONFTEST}), SEEN_THROUGH),
    "a40-sitecustomize": (
        head(**{"sitecustomize.py": "import os, sys\nif 'pytest' in sys.orig_argv: os._exit(0)\n"}),
        SEEN_THROUGH,
    ),
    "a40-ini": (head(**{"pytest.ini": "[pytest]\naddopts = --collect-only\n"}), SEEN_THROUGH),
    "a40-plugin": (
        head(**{"pytest.ini": "[pytest]\naddopts = -p evil\n", "evil.py": CONFTEST}),
        SEEN_THROUGH,
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_fools_pytest_does_not_fool_a_review(lab: Lab, attack: str, tmp_path: Path) -> None:
    files, expected = ATTACKS[attack]

    exit_code, report = plain_pytest(tmp_path, files)

    assert exit_code == 0  # of a test that is not true
    assert "<failure" not in report or attack.startswith("a38")  # whose report was written before
    assert judged(lab, files) == expected


def test_plain_pytest_tells_of_an_untrue_test_where_nothing_is_hostile(tmp_path: Path) -> None:
    exit_code, report = plain_pytest(tmp_path, head())

    assert (exit_code, report.count("<failure")) == (1, 1)


def test_an_honest_change_is_judged_as_it_is(lab: Lab) -> None:
    assert judged(lab, head()) == SEEN_THROUGH
    unchanged = {"shop/prices.py": HONEST}
    assert judged(lab, unchanged) == verdicts(RejectionReason.NO_GAIN, None)


INSIDER = """
import json, os, sys

def frame(data):
    return len(data).to_bytes(4, "big") + data

def price(n):
    seen, here = {}, sys._getframe()
    while here is not None:
        seen = {**here.f_locals, **seen}
        here = here.f_back
    for test in seen["job"].tests:
        record = {"collected": [test], "outcome": "passed", "duration": 0.1}
        seen["replies"].write(frame(b"i" + json.dumps(record).encode()))
    token = seen["requests"].read(20)[4:]
    seen["replies"].write(frame(b"e" + token))
    seen["replies"].flush()
    os._exit(0)
"""


def test_a39_code_that_knows_the_protocol_and_always_claims_a_pass(lab: Lab) -> None:
    files = {"shop/prices.py": INSIDER}

    lie = run_untrue_on_head(lab, files)

    assert (lie.outcome, lie.trusted) == (RunOutcome.PASSED, True)  # one record alone is believed
    assert judged(lab, files) == LIED


FLOOD = """
import os, stat
def price(n):
    for descriptor in range(3, 64):
        try:
            if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
                os.write(descriptor, len(FRAME).to_bytes(4, "big") + FRAME)
        except OSError:
            pass
    os._exit(0)
"""


@pytest.mark.parametrize(
    "frame",
    [
        "b'i' + b'[' * 50_000",
        'b\'i{"collected": ["test_it"], "outcome": "passed", "duration": NaN}\'',
    ],
    ids=["deep", "NaN"],
)
def test_a41_hostile_frames_never_make_an_accepted_test(lab: Lab, frame: str) -> None:
    refused = {RejectionReason.INTEGRITY, RejectionReason.INFRA_ERROR}

    assert set(judged(lab, {"shop/prices.py": f"FRAME = {frame}\n{FLOOD}"}).values()) <= refused


FIRST_TIME = """
import os
def price(n):
    return n + (int(os.environ["START"]) < 2)
"""


def test_a_difference_that_only_the_first_guests_show_is_not_accepted(lab: Lab) -> None:
    files = {"shop/prices.py": FIRST_TIME}

    found = judged(lab, files, NumberedSandbox(lab.sandbox))

    assert found[CATCHING.name] is RejectionReason.FLAKY
    honest = {"shop/prices.py": FIRST_TIME.replace("< 2", "< 99")}
    assert judged(lab, honest, NumberedSandbox(lab.sandbox))[CATCHING.name] is None


def run_untrue_on_head(lab: Lab, files: Mapping[str, str]) -> RunRecord:
    source = textwrap.dedent("\n".join([*UNTRUE.imports, UNTRUE.code]))
    pairs = PairFactory(lab.sandbox, specs_of(lab, files))

    async def run() -> RunRecord:
        async with pairs.testing_pair() as pair:
            guest = pair.guests[Revision.HEAD]
            return await run_on(guest, Revision.HEAD, PRICE, TestInFile(UNTRUE.name, source))

    return anyio.run(run)
