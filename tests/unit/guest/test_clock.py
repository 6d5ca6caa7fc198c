from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from regoose_ci.guest import clock

_DAY = 24 * 3600
_AHEAD = 400 * _DAY
_PROGRAM = """
import importlib.util, json, sys, time
from datetime import date, datetime, timezone

class Own(datetime):
    pass

spec = importlib.util.spec_from_file_location("clock", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
kind, before = type(datetime.now()), time.time()
module.set_ahead(int(sys.argv[2]))
format = "%Y-%m-%d"
print(json.dumps({{
    "before": before,
    "given": [time.gmtime(0).tm_year, time.strftime("%Y", time.gmtime(0)), time.ctime(0)],
    "own": type(Own.now()) is Own,
    "same": type(datetime.now()) is kind is datetime,
    "now": {expression},
}}))
"""


def told(expression: str) -> dict[str, object]:
    """Ask a Python whose clocks are ahead."""
    program = _PROGRAM.format(expression=expression)
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-c",
        program,
        str(Path(clock.__file__)),
        str(_AHEAD),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env={"TZ": "UTC"})
    found: dict[str, object] = json.loads(ran.stdout)
    return found


@pytest.mark.parametrize(
    "expression",
    [
        "time.time()",
        "time.time_ns() / 1e9",
        "time.mktime(time.localtime())",
        "time.mktime(time.gmtime(None))",
        "time.mktime(time.strptime(time.ctime()))",
        "time.mktime(time.strptime(time.asctime()))",
        "time.mktime(time.strptime(time.strftime(format), format))",
        "datetime.now().timestamp()",
        "datetime.now(tz=timezone.utc).timestamp()",
        "datetime.utcnow().timestamp()",
        "datetime.today().timestamp()",
        "Own.today().timestamp()",
        "time.mktime(date.today().timetuple())",
    ],
)
def test_clocks_are_ahead(expression: str) -> None:
    found = told(expression)
    now, before = found["now"], found["before"]
    assert isinstance(now, float)
    assert isinstance(before, float)
    assert _AHEAD - _DAY <= now - before < _AHEAD + 60


def test_times_that_are_given_and_classes_stay() -> None:
    found = told("0")
    assert found["given"] == [1970, "1970", "Thu Jan  1 00:00:00 1970"]
    assert found["own"]
    assert found["same"]
