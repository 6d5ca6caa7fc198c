"""One scorer for all suites: faults noticed, branches covered, and what is wrong with its tests."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any  # what the judge answers, by task

from benchmarks.hardening.bounded import caged, workplace
from benchmarks.hardening.modules import Place
from benchmarks.hardening.mutants import Fault

JUDGE = Path(__file__).with_name("judge.py")
RUN_SECONDS = 180.0
_GOOD = ("passed", "xfailed", "skipped")


@dataclass(frozen=True)
class Suite:
    """Test files of one maker, by path in the tree, and what making them cost."""

    maker: str
    files: Mapping[str, str]
    seconds: float = 0.0
    peak_mb: float = 0.0
    problem: str = ""
    stages: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Score:
    """What a suite is worth. Faults are counted that tests notice which pass without one."""

    tests: int = 0
    failing: int = 0
    flaky: int = 0
    xfail: int = 0
    asserting_nothing: int = 0
    branches: tuple[int, int] = (0, 0)
    lines: tuple[int, int] = (0, 0)
    noticed: tuple[bool, ...] = ()
    run_seconds: float = 0.0


def score(place: Place, suite: Suite, faults: list[Fault], cache: Path) -> Score:
    """Judge a suite; the same suite on the same faults is judged once."""
    told = json.dumps([dict(suite.files), [vars(f) for f in faults], JUDGE.read_text()])
    kept = cache / f"{hashlib.sha256(told.encode()).hexdigest()[:24]}.json"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(asdict(_score(place, suite, faults))))
    known = json.loads(kept.read_text())
    pairs = {name: tuple(known[name]) for name in ("branches", "lines", "noticed")}
    return Score(**{**known, **pairs})


def _score(place: Place, suite: Suite, faults: list[Fault]) -> Score:
    if not suite.files:
        return Score(noticed=(False,) * len(faults))
    with workplace(place.tree) as home:
        for name, text in suite.files.items():
            path = home / "tree" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return _Judged(place, suite, home).score(faults)


class _Judged:
    """One suite, written into a copy of its project's tree."""

    def __init__(self, place: Place, suite: Suite, home: Path) -> None:
        self._place = place
        self._suite = suite
        self._home = home
        self._root = home / "tree"
        roots = (self._root / place.module.source_root, self._root)
        self._env = {"PYTHONPATH": ":".join(map(str, roots)), "PYTHONDONTWRITEBYTECODE": "1"}

    def score(self, faults: list[Fault]) -> Score:
        """Run the suite twice, then its good tests with coverage and on the faults."""
        first = self._observe("0", None, ())
        second = self._observe("1", 1, ())
        outcomes, again = first["outcomes"], second["outcomes"]
        flaky = {test for test in outcomes if outcomes[test] != again.get(test)}
        failing = {test for test in outcomes if outcomes[test] not in _GOOD} - flaky
        seconds: float = first["seconds"]
        if not outcomes.keys() - flaky - failing:  # nothing is left that could notice anything
            return Score(len(outcomes), len(failing), len(flaky), noticed=(False,) * len(faults))
        covered = self._observe("0", None, flaky | failing, cover=True)
        wall = 20.0 + 10.0 * seconds
        limits = {"cpu_seconds": 2.0 + 4.0 * first["cpu_seconds"], "timeout": wall}
        noticed = self._judge(
            "0", wall * (len(faults) + 10), task="mutate", **limits,
            left_out=sorted(flaky | failing), faults=[fault.source for fault in faults],
        )["noticed"]  # fmt: skip
        return Score(
            tests=len(outcomes),
            failing=len(failing),
            flaky=len(flaky),
            xfail=sum(outcome == "xfailed" for outcome in outcomes.values()),
            asserting_nothing=_silent(self._suite.files, outcomes),
            branches=tuple(covered["branches"]),
            lines=tuple(covered["lines"]),
            noticed=tuple(noticed),
            run_seconds=round(seconds, 2),
        )

    def _observe(
        self, hash_seed: str, order: int | None, left_out: Iterable[str], *, cover: bool = False
    ) -> dict[str, Any]:
        left = sorted(left_out)
        return self._judge(
            hash_seed, RUN_SECONDS, task="observe", seed=order, left_out=left, cover=cover
        )

    def _judge(self, hash_seed: str, seconds: float, **job: object) -> dict[str, Any]:
        asked, answer = self._home / "job.json", self._home / "answer.json"
        answer.unlink(missing_ok=True)
        tests = [str(self._root / name) for name in self._suite.files if _is_test_file(name)]
        module = str(self._root / self._place.module.file)
        whole = {"root": str(self._root), "module": module, "tests": tests, **job}
        asked.write_text(json.dumps(whole))
        judge = self._home / "judge.py"
        judge.write_text(JUDGE.read_text())
        env = {**self._env, "PYTHONHASHSEED": hash_seed}
        ran = caged([self._place.python, judge, asked, answer], seconds, env, self._home)
        if not answer.exists():
            raise RuntimeError(f"judging {self._suite.maker} failed: {ran.output[-2000:]}")
        result = json.loads(answer.read_text())
        assert isinstance(result, dict)
        return result


def _is_test_file(name: str) -> bool:
    return Path(name).name.startswith("test") and name.endswith(".py")


def _silent(files: Mapping[str, str], outcomes: Mapping[str, str]) -> int:
    """Count tests that ran, are not expected to fail, and whose code asserts nothing."""
    silent = {name for text in files.values() for name in _silent_functions(text)}
    names = [
        test.rpartition("::")[2].partition("[")[0] for test, o in outcomes.items() if o != "xfailed"
    ]
    return sum(name in silent for name in names)


def _silent_functions(text: str) -> Iterator[str]:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not _asserts(node):
            yield node.name


def _asserts(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell whether there is an assertion, or a call that may hold one for us."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            name = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else getattr(node.func, "id", "")
            )
            if name in {"raises", "warns", "fail"} or "assert" in name.lower() or "test" in name:
                return True
    return False
