"""Jobs that run pytest, each in a process of its own as in a guest."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from regoose_ci.guest.protocol import (
    RecordJob,
    RunTestJob,
    RunTestsJob,
    Target,
    to_json,
)
from tests.unit.guest import sample

_PROGRAM = """
import importlib, json, sys
sys.path[:0] = {paths}
from regoose_ci.guest import decode
from regoose_ci.guest.protocol import to_json
job = decode.job({type!r}, json.loads({payload!r}))
module = importlib.import_module("regoose_ci.guest.jobs.{module}")
results = list(module.{name}(job, {root!r}))
sys.stderr.write("RESULT" + json.dumps([json.loads(to_json(r)) for r in results]))
"""
_HERE = str(Path(__file__).resolve().parents[4])
TOTAL = Target("total", "larder/shelf.py", "larder.shelf", "total", 1, 99)


def run(
    name: str, job: RecordJob | RunTestJob | RunTestsJob, root: Path
) -> list[dict[str, object]]:
    program = _PROGRAM.format(
        paths=[_HERE, str(root)],
        type=type(job).__name__,
        payload=to_json(job).decode(),
        module=name.removesuffix("s"),
        name=name,
        root=str(root),
    )
    environment = {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PATH": "",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=root, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "RESULT" in done.stderr, done.stderr + done.stdout
    return json.loads(done.stderr.partition("RESULT")[2])  # type: ignore[no-any-return]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return sample.write(tmp_path, sample.FILES)


def test_existing_tests_are_recorded(project: Path) -> None:
    start = (project / "larder/shelf.py").read_text().splitlines().index(
        "    def weight(self, lid=0):"
    ) + 1
    weight = Target("weight", "larder/shelf.py", "larder.shelf", "Shelf.weight", start, start + 3)
    told = run("record", RecordJob(("tests/test_shelf.py",), (weight,)), project)
    found = [item for item in told if "call" in item]
    calls = {(r["call"]["receiver"], r["in_contract"]) for r in found}  # type: ignore[index]
    assert calls == {("Shelf(jars=[Jar('jam', grams=250)])", True), ("Shelf()", False)}
    assert {r["test"] for r in found} == {
        "tests/test_shelf.py::test_weight_counts_lids",
        "tests/test_shelf.py::test_an_empty_shelf_has_no_weight",
    }
    objects = {(item["class_name"], item["source"]) for item in told if "class_name" in item}
    assert objects >= {
        ("Shelf", "Shelf()"),
        ("Jar", "Jar('jam', grams=250)"),
        ("Jar", "Jar('jam')"),
    }


@pytest.mark.parametrize(
    "text",
    [
        "import missing_package",
        "import sys; sys.exit(1)",
        "def test_a(): raise SystemExit(4)",
    ],
)
def test_tests_that_end_badly_record_nothing_and_harm_nothing(project: Path, text: str) -> None:
    sample.write(project, {"tests/test_bad.py": text})
    files = ("tests/test_bad.py", "tests/test_gone.py")
    assert run("record", RecordJob(files, (TOTAL,)), project) == []


def test_what_was_recorded_before_the_time_was_over_is_kept(project: Path) -> None:
    text = """
        import time
        from larder.shelf import total

        def test_a():
            total([[1]])
            time.sleep(30)
        """
    sample.write(project, {"tests/test_slow.py": text})
    job = RecordJob(("tests/test_slow.py",), (TOTAL,), seconds=2.0)
    assert [r["target"] for r in run("record", job, project) if "target" in r] == ["total"]


def test_examples_of_documents_are_recorded_before_tests(project: Path) -> None:
    text = """
        >>> from larder import Jar, Shelf
        >>> shelf = Shelf()
        >>> shelf.put(Jar("plums"))
        >>> while True: pass
        >>> shelf.weight(lid=5)
        """
    sample.write(project, {"README.rst": text})
    start = (project / "larder/shelf.py").read_text().splitlines().index(
        "    def weight(self, lid=0):"
    ) + 1
    weight = Target("weight", "larder/shelf.py", "larder.shelf", "Shelf.weight", start, start + 3)
    job = RecordJob((), (weight,), seconds=2.0, documents=("README.rst",))
    assert not any("call" in item for item in run("record", job, project))
    sample.write(project, {"README.rst": text.replace("while True: pass", "1 / 0")})
    (found,) = [item for item in run("record", job, project) if "call" in item]
    assert found["test"] == "README.rst"
    assert found["call"]["kwargs"] == [["lid", "5"]]  # type: ignore[index]


def test_settings_of_the_project_do_not_stop_the_recording(project: Path) -> None:
    sample.write(project, {"pytest.ini": "[pytest]\naddopts = --no-such-option\n"})
    found = run("record", RecordJob(("tests/test_shelf.py",), (TOTAL,)), project)
    assert found


def run_test(project: Path, text: str, name: str = "test_it") -> dict[str, object]:
    source = textwrap.dedent(text).lstrip("\n")
    (record,) = run("run_test", RunTestJob("test_it.py", source, name, (TOTAL,)), project)
    return record


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("assert total(['a']) == 1", "passed"),
        ("raise SystemExit(0)", "failed"),
        ("import pytest; pytest.skip('no')", "skipped"),
    ],
)
def test_a_test_is_run_and_told(project: Path, body: str, outcome: str) -> None:
    record = run_test(project, f"from larder.shelf import total\ndef test_it():\n    {body}\n")
    assert record["outcome"] == outcome
    assert record["collected"] == ["test_it"]
    covered = record.get("reach", {}).get("lines", {})  # type: ignore[attr-defined]
    assert ("larder/shelf.py" in covered) is ("total" in body)


def test_all_parameters_of_a_test_are_run(project: Path) -> None:
    text = """
        import pytest

        @pytest.mark.parametrize("n", [1, 2])
        def test_it(n):
            assert n == 1
        """
    record = run_test(project, text)
    assert record["collected"] == ["test_it[1]", "test_it[2]"]
    assert record["outcome"] == "failed"


@pytest.mark.parametrize("text", ["import missing", "def test_other(): pass"])
def test_a_test_that_is_not_collected(project: Path, text: str) -> None:
    record = run_test(project, text)
    assert (record["outcome"], record["collected"]) == ("none", [])
    assert record["detail"]


def test_a_conftest_of_the_project_has_no_say(project: Path) -> None:
    sample.write(project, {"conftest.py": "raise RuntimeError('never read')"})
    assert run_test(project, "def test_it(): pass")["outcome"] == "passed"


def test_tests_of_one_process_have_records_of_their_own(project: Path) -> None:
    source = (
        "from larder.shelf import total\n"
        "def test_a(): assert total(['a']) == 1\n"
        "def test_b(): assert False\n"
    )
    job = RunTestsJob("test_it.py", source, ("test_b", "test_a"), (TOTAL,))
    records = run("run_tests", job, project)
    assert [record["outcome"] for record in records] == ["failed", "passed"]
    assert ["reach" in record for record in records] == [False, True]
