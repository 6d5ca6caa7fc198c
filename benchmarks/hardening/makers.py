"""Those who make suites: Regoose, its peers, and the project itself."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from benchmarks.hardening.bounded import caged, run, workplace
from benchmarks.hardening.modules import Place
from benchmarks.hardening.scoring import Suite

PEER_SEARCH = 30
PEER_SECONDS = 600.0
FOLDER = "suite_under_judgement"


def own_tests(place: Place, budget: float) -> Suite:  # noqa: ARG001 - makers are called alike
    """Take the project's own tests of the module."""
    return Suite("own tests", {n: (place.tree / n).read_text() for n in place.module.tests})


def pynguin(place: Place, budget: float) -> Suite:  # noqa: ARG001
    """Let Pynguin search for half a minute; kept for later runs."""
    return _kept(place, "pynguin", _run_pynguin)


def hypothesis(place: Place, budget: float) -> Suite:  # noqa: ARG001
    """Let ``hypothesis write`` write; kept for later runs."""
    return _kept(place, "hypothesis", _run_hypothesis)


def regoose(place: Place, budget: float) -> Suite:
    """Harden the module in a repository that has no tests."""
    return _harden("regoose", place, place.bare_tree, budget)


def regoose_with_tests(place: Place, budget: float) -> Suite:
    """Harden the module in its repository, so that inputs come from its tests too."""
    return _harden("regoose with tests", place, place.tree, budget)


MAKERS: dict[str, Callable[[Place, float], Suite]] = {
    "regoose": regoose,
    "regoose with tests": regoose_with_tests,
    "pynguin": pynguin,
    "hypothesis": hypothesis,
    "own tests": own_tests,
}


def _kept(place: Place, name: str, make: Callable[[Place, Path], Suite]) -> Suite:
    kept = place.home / f"{name}.json"
    if not kept.exists():
        with workplace(place.tree) as home:
            kept.write_text(json.dumps(asdict(make(place, home))))
    return Suite(**json.loads(kept.read_text()))


def _env(place: Place, home: Path) -> dict[str, str]:
    roots = (home / "tree" / place.module.source_root, home / "tree")
    return {"PYTHONPATH": ":".join(map(str, roots))}


def _run_pynguin(place: Place, home: Path) -> Suite:
    root, out = home / "tree" / place.module.source_root, home / "out"
    out.mkdir(mode=0o777)
    out.chmod(0o777)
    command: list[str | Path] = [
        place.peer_python,
        "-m",
        "pynguin",
        "--project-path",
        root,
        "--output-path",
        out,
    ]
    command += ["--module-name", place.module.name, "--seed", "1"]
    command += ["--maximum-search-time", str(PEER_SEARCH)]
    env = {**_env(place, home), "PYNGUIN_DANGER_AWARE": "1", "PYTHONHASHSEED": "0"}
    ran = caged(command, PEER_SECONDS, env, home)
    files = {f"{FOLDER}/{path.name}": path.read_text() for path in out.glob("test_*.py")}
    problem = "" if files else ran.output[-400:]
    return Suite("pynguin", files, round(ran.seconds, 1), round(ran.peak_mb), problem)


def _run_hypothesis(place: Place, home: Path) -> Suite:
    script = "from hypothesis.extra.cli import main; main()"
    command: list[str | Path] = [place.python, "-c", script, "write", place.module.name]
    ran = caged(command, PEER_SECONDS, _env(place, home), home)
    name = f"{FOLDER}/test_{place.module.name.replace('.', '_')}.py"
    files = {name: ran.output} if ran.code == 0 else {}
    problem = "" if files else ran.output[-400:]
    return Suite("hypothesis", files, round(ran.seconds, 1), round(ran.peak_mb), problem)


def _harden(maker: str, place: Place, tree: Path, budget: float) -> Suite:
    """Run the command line as a user would; its tests come from the report directory."""
    out = Path(tempfile.mkdtemp(prefix="harden-"))
    command: list[str | Path] = [
        sys.executable,
        "-c",
        "from regoose_ci.cli import main; main()",
        "harden",
    ]
    command += [place.module.file, "--budget", str(budget), "--out", str(out)]
    command += ["--python", str(place.python), "--quiet"]
    try:
        ran = run(command, budget * 10 + 120, os.environ, tree)
        files = {
            f"{FOLDER}/{path.relative_to(out / 'tests')}": path.read_text()
            for path in sorted((out / "tests").rglob("*.py"))
        }
        report = json.loads((out / "report.json").read_text())
        stages = {name: seconds for name, seconds in report["timings"].items() if seconds}
    finally:
        shutil.rmtree(out)
    problem = "" if files else ran.output[-400:]
    return Suite(maker, files, round(ran.seconds, 1), round(ran.peak_mb), problem, stages)
