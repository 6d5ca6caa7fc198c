"""Attempts to lie in the record of one test, and to feed the host something it chokes on.

What a review decides in the end is in ``test_verdicts.py``.
"""

from __future__ import annotations

import textwrap

import pytest

from regoose_ci.domain.candidates import RunOutcome, RunRecord
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import GuestError
from regoose_ci.execution.validation import record_of
from regoose_ci.reports import neutralise

from .lab import Lab

TEST = "{imports}\ndef test_it():\n    {before}\n    assert 1 {operator} 2\n"


def run(
    lab: Lab, hostile: str = "", before: str = "", operator: str = "==", **files: str
) -> RunRecord:
    """Run a test that fails (or, with ``!=``, passes) after hostile code was imported."""
    imports = "import hostile" if hostile else ""
    source = TEST.format(imports=imports, before=before or "pass", operator=operator)
    tree = {"hostile.py": textwrap.dedent(hostile), **files}
    return record_of(Revision.HEAD, "test_it", source, lab.test(source, tree))


def test_a_honest_failure_and_a_honest_pass_are_believed(lab: Lab) -> None:
    failed, passed = run(lab), run(lab, operator="!=")

    assert (failed.outcome, failed.trusted) == (RunOutcome.FAILED, True)
    assert (passed.outcome, passed.trusted) == (RunOutcome.PASSED, True)


@pytest.mark.parametrize(
    "hostile",
    [
        "import os\nkept = os._exit\nos._exit = lambda code: kept(0)",
        "import sys\nsys.exit = lambda code=0: None",
    ],
    ids=["os._exit", "sys.exit"],
)
def test_a38_exit_code_changed_at_exit(lab: Lab, hostile: str) -> None:
    record = run(lab, hostile)

    assert (record.outcome, record.trusted) == (RunOutcome.FAILED, True)


FORGE = """
import json, os, stat

RECORD = b"i" + json.dumps(
    {"collected": ["test_it"], "outcome": "passed", "duration": 0.1, "detail": "",
     "reach": {"lines": {}, "arcs": {}}}
).encode()
END = json.dumps({"id": 1, "exit_code": 0, "signal": None, "timed_out": False,
                  "limit": "", "error": ""}).encode()

def say(*frames):
    for descriptor in range(3, 64):
        try:
            if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
                for frame in frames:
                    os.write(descriptor, len(frame).to_bytes(4, "big") + frame)
        except OSError:
            pass
"""


@pytest.mark.parametrize(
    "before",
    [
        "hostile.say(hostile.RECORD)",
        "hostile.say(hostile.RECORD, b'e'); __import__('os')._exit(0)",
        "hostile.say(hostile.RECORD, b'e' + bytes(16)); __import__('os')._exit(0)",
        "hostile.say(hostile.RECORD, b'e' + hostile.END); __import__('os')._exit(0)",
        "hostile.say(hostile.RECORD[1:], hostile.END)",
    ],
    ids=["duplicate first", "no token", "zero token", "the supervisor's words", "no kind"],
)
def test_a39_forged_record_over_an_inherited_descriptor(lab: Lab, before: str) -> None:
    record = run(lab, FORGE, before)

    assert (record.outcome, record.trusted) == (RunOutcome.ERROR, False)


def test_a39_forged_report_files(lab: Lab) -> None:
    forged = '{"tests": [{"nodeid": "test_it", "outcome": "passed"}]}'
    hostile = f"""
        import os
        for name in (".report.json", "none", "/tmp/.report.json", "/tmp/report.xml"):
            try:
                open(name, "w").write({forged!r})
            except OSError:
                pass
    """

    record = run(lab, hostile)

    assert (record.outcome, record.trusted) == (RunOutcome.FAILED, True)


TAKEN = (
    "pytest.py", "_pytest/__init__.py", "pytest/__init__.py", "sitecustomize.py",
    "usercustomize.py", "conftest.py", "pytest_jsonreport/__init__.py", "json.py", "site.py",
)  # fmt: skip
SETTINGS = {
    "pytest.ini": "[pytest]\naddopts = -p conftest --collect-only\npython_functions = nope\n",
    "pyproject.toml": "[tool.pytest.ini_options]\naddopts = '--co'\n",
    "tox.ini": "[pytest]\naddopts = --co\n",
    "setup.cfg": "[tool:pytest]\naddopts = --co\n",
}


def test_a40_files_named_like_ours(lab: Lab) -> None:
    takeover = dict.fromkeys(TAKEN, "import os\nos._exit(0)\n")

    record = run(lab, "x = 1", **takeover, **SETTINGS)

    assert (record.outcome, record.trusted) == (RunOutcome.FAILED, True)


JSON_ATTACKS = {
    "deep": "b'i' + b'[' * 500_000",
    "deep and closed": "b'i' + b'[' * 900 + b']' * 900",
    "NaN": "b'i' + hostile.RECORD[1:].replace(b'0.1', b'NaN')",
    "infinite": "b'i' + hostile.RECORD[1:].replace(b'0.1', b'1e999')",
    "negative": "b'i' + hostile.RECORD[1:].replace(b'0.1', b'-1')",
    "many parts": "b'i[' + b'[],' * 500_000 + b'1]'",
    "long number": "b'i' + hostile.RECORD[1:].replace(b'0.1', b'9' * 100_000)",
    "half a character": "b'i' + hostile.RECORD[1:].replace(b'passed', b'\\\\ud800')",
    "other type": "b'i' + hostile.RECORD[1:].replace(b'[\"test_it\"]', b'{}')",
}


@pytest.mark.parametrize("frame", JSON_ATTACKS)
def test_a41_hostile_json(lab: Lab, frame: str) -> None:
    before = f"hostile.say({JSON_ATTACKS[frame]}); __import__('os')._exit(0)"

    try:
        record = run(lab, FORGE, before)
    except GuestError:
        return  # the guest is given up, the review says why and goes on

    assert (record.outcome, record.trusted) == (RunOutcome.ERROR, False)


INJECTION = "::set-env name=X::y \x1b[31m\x1b]0;title\x07 <script>alert(1)</script> ![x](http://e)"


def test_a42_output_is_inert_where_it_is_shown(lab: Lab) -> None:
    record = run(lab, "x = 1", f"raise ValueError({INJECTION!r})")

    assert "::set-env" in record.detail  # it came through, so that there is something to disarm
    for shown in (
        neutralise.code(record.detail),
        neutralise.fence(record.detail),
        neutralise.cell_code(record.detail),
        neutralise.prose(record.detail),
        neutralise.html_code(record.detail),
    ):
        assert "\x1b" not in shown
        assert "\x07" not in shown
        assert not any(line.lstrip().startswith("::") for line in shown.splitlines())
    assert "<script" not in neutralise.html_code(record.detail)
    assert "`<script>alert(1)</script>`" in neutralise.prose(record.detail)  # Markdown: as code
