from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from regoose_ci.generation.screening import Finding, screen

BAG = Path(__file__).parent / "llm" / "bag.txt"
_HEAD = re.compile(r"^=== (\w+) (clean|flagged) (\w+)\n", re.MULTILINE)


@dataclass(frozen=True)
class Sample:
    label: str
    flagged: bool
    name: str
    imports: tuple[str, ...]
    code: str


def _samples() -> list[Sample]:
    _, *parts = _HEAD.split(BAG.read_text(encoding="utf-8"))
    groups = zip(*[iter(parts)] * 4, strict=True)
    return [
        Sample(label, verdict == "flagged", name, *_imports_and_code(text))
        for label, verdict, name, text in groups
    ]


def _imports_and_code(text: str) -> tuple[tuple[str, ...], str]:
    try:
        body = ast.parse(text).body
    except SyntaxError:
        return (), text
    imports = [n for n in body if isinstance(n, ast.Import | ast.ImportFrom)]
    first = len(imports[-1:]) and imports[-1].lineno
    return tuple(map(ast.unparse, imports)), "\n".join(text.splitlines()[first:]) + "\n"


SAMPLES = _samples()


def findings(code: str, *imports: str, subject: str = "slugify") -> tuple[Finding, ...]:
    return screen(code, imports or ("from pkg.text import slugify",), own={"pkg"}, subject=subject)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: f"{s.label}-{s.name}")
def test_sample_of_the_bag_is_judged_as_labelled(sample: Sample) -> None:
    found = findings(sample.code, *sample.imports)

    assert bool(found) is sample.flagged, found


def test_precision_and_recall_over_the_bag() -> None:
    flagged = {s for s in SAMPLES if findings(s.code, *s.imports)}
    right = {s for s in SAMPLES if s.flagged}

    assert len(SAMPLES) >= 60
    assert len(flagged & right) / len(flagged) == 1.0
    assert len(flagged & right) / len(right) == 1.0
    assert {s for s in SAMPLES if s.label == "hostile"} <= flagged
    assert not {s for s in SAMPLES if s.label == "good"} & flagged


def body(*lines: str, arguments: str = "") -> str:
    inner = "\n".join(f"    {line}" for line in (*lines, 'assert slugify("a") == "a"'))
    return f"def test_slugify({arguments}):\n{inner}\n"


@pytest.mark.parametrize(
    ("line", "imported"),
    [
        ("random._os.system('id')", "import random"),
        ("logging.os.system('id')", "import logging"),
        ("json.codecs.open('x', 'w')", "import json"),
        ("os.path.os.system('id')", "import os.path"),
        ("warnings.sys.modules.clear()", "import warnings"),
        ("pytest.raises.__globals__.clear()", "import pytest"),
        ("list(map(eval, ['1']))", "import math"),
        ("[getattr][0](slugify, 'x')", "import math"),
        ("operator.attrgetter('__glo' + 'bals__')(slugify)", "import operator"),
        ("run = pathlib.Path; run('x').open('w')", "import pathlib"),
        ("pathlib.Path('/etc/hostname').read_text()", "import pathlib"),
        ("print.__self__.eval('1')", "import math"),
        ("vars()['x'] = 1", "import math"),
        ("io.FileIO('x', 'w')", "import io"),
        ("logging.FileHandler('x')", "import logging"),
        ("asyncio.get_event_loop().run_forever()", "import asyncio"),
        ("f = io; f.open('x', 'w')", "import io"),
        ("inspect.currentframe()", "import inspect"),
        ("types.CodeType", "import types"),
        ("(o := open)('x', 'w')", "import math"),
        ("class A: e = exec", "import math"),
        ("class A: eval = eval", "import math"),
        ("pathlib.Path.touch(pathlib.Path('/x'))", "import pathlib"),
        ("json.__dict__['codecs'].open('x', 'w')", "import json"),
        ("typing.get_type_hints(slugify)", "import typing"),
        ("vars(json)['codecs'].open('x', 'w')", "import json"),
        ("setattr(json, 'dumps', None)", "import json"),
        ("for n in itertools.count(): pass", "import itertools"),
        ("collections._sys.exit()", "import collections"),
        ("contextlib.os.system('id')", "import contextlib"),
    ],
)
def test_ways_round_the_rules_are_found(line: str, imported: str) -> None:
    project = "from pkg.text import slugify"

    assert findings(body(*line.split("; ")), project, imported)


@pytest.mark.parametrize(
    "line",
    [
        "patched = monkeypatch; patched.setattr('sys.stdout', None)",
        "monkeypatch.setattr('builtins.len', lambda value: 1)",
        "with monkeypatch.context() as inner: inner.setitem({}, 'a', 1)",
    ],
)
def test_patches_of_what_judges_are_found(line: str) -> None:
    assert findings(body(*line.split("; "), arguments="monkeypatch"))


@pytest.mark.parametrize(
    "line",
    [
        "target = f'{tmp_path}/a'; open(target, 'w').close()",
        "(tmp_path / 'a').joinpath('b').mkdir(parents=True)",
        "folder = tmp_path / 'a' / 'b'; folder.mkdir(); folder.parent.rename(tmp_path / 'c')",
        "open('tests/data/x.txt').close()",
        "store = {}; store.update(open=1)",
    ],
)
def test_work_below_tmp_path_is_clean(line: str) -> None:
    assert findings(body(*line.split("; "), arguments="tmp_path")) == ()


@pytest.mark.parametrize(
    "line",
    [
        "(tmp_path / 'a').parent.parent.joinpath('b').write_text('')",
        "open(f'{tmp_path}/../x', 'w')",
        "(tmp_path / '/etc' / 'x').write_text('')",
        "(tmp_path / chr(46) / 'x').write_text('')",
        "p = tmp_path; p = slugify; p.write_text('')",
        "tmp_path.joinpath('..', 'x').unlink()",
    ],
)
def test_ways_out_of_tmp_path_are_found(line: str) -> None:
    assert findings(body(*line.split("; "), arguments="tmp_path"))


def test_return_in_finally_hides_a_failed_assertion() -> None:
    code = "def test_a():\n    try:\n        assert slugify('a')\n    finally:\n        return\n"

    assert findings(code) == (Finding(2, "hides a failed assertion"),)


def test_finding_says_where_and_why() -> None:
    found = findings(body("x = 1", "exec('x = 2')"))

    assert found == (Finding(3, "`exec` is not allowed in a test"),)


def test_projects_own_dependencies_may_be_imported() -> None:
    imports = ("import numpy", "from pkg.text import slugify")

    assert screen(body(), imports, own={"pkg"}, known={"numpy"}) == ()
    assert screen(body(), imports, own={"pkg"}) == (
        Finding(0, "`numpy` is not used by the project"),
    )


@pytest.mark.parametrize("code", ["def test_a(): assert (" + "(" * 5000, "x" * 30_000, "\0", ""])
def test_unreadable_code_is_a_finding_and_no_error(code: str) -> None:
    assert findings(code)


@pytest.mark.parametrize("depth", [100, 3000])
def test_deep_nesting_is_no_error(depth: int) -> None:
    assert len(findings(body("x = " + "-" * depth + "1"))) <= 1


def test_project_that_is_itself_about_the_network_may_be_imported() -> None:
    code = body("requests.Request('GET', 'http://x')")

    assert screen(code, ("import requests", "from requests import slugify"), own={"requests"}) == ()
