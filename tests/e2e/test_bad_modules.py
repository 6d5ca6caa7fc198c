"""Changed modules that do not import well: told one by one, and the others are still reviewed."""

from __future__ import annotations

import pytest

from regoose_ci.domain.report import FunctionReport
from tests.e2e.program import Ended, Program
from tests.e2e.project import Project

pytestmark = pytest.mark.sandbox

BASE = """
    def double(n: int) -> int:
        return n * 2
    """
MODULES = {
    "raises": ("raise RuntimeError('no settings')\n", BASE),
    "hangs": ("import time\ntime.sleep(3600)\n", BASE),
    "exits": ("import os\nos._exit(7)\n", BASE),
    "leaves": ("import sys\nsys.exit(7)\n", BASE),
    "prints": ("print('x' * 100000, flush=True)\n", BASE),
    "good": ("", BASE),
}


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """One review of a change that breaks the import of several modules."""
    place = tmp_path_factory.mktemp("modules")
    project = Project(place / "repository")
    project.write({"odd/__init__.py": "", "requirements.txt": "./vendored/tool.whl\n"})
    project.write({f"odd/{name}.py": text for name, (_, text) in MODULES.items()})
    project.commit("Double")
    project.git("checkout", "-q", "-b", "topic")
    for name, (start, text) in MODULES.items():
        project.write({f"odd/{name}.py": text.replace("n * 2", "n * 2 + 1")})
        path = project.path / f"odd/{name}.py"
        path.write_text(start + path.read_text())
    project.commit("Add one")
    program = Program(place)
    ended = program.run("review", "--budget", "10", cwd=project.path)
    program.assert_nothing_left()
    return ended


def of(ended: Ended, module: str) -> FunctionReport:
    return next(f for f in ended.report.functions if f.path == f"odd/{module}.py")


def test_the_review_is_done_all_the_same(ended: Ended) -> None:
    assert ended.code == 0, ended.stderr
    assert ended.report.error is None


@pytest.mark.parametrize(
    ("module", "told"),
    [
        ("raises", "RuntimeError: no settings"),
        ("hangs", "did not finish"),
        ("exits", "exit code 7"),
        ("leaves", "SystemExit: 7"),
    ],
)
def test_a_module_that_does_not_import(ended: Ended, module: str, told: str) -> None:
    function = of(ended, module)
    assert (function.status, function.reason) == ("skipped", "import_failed")
    assert told in function.detail


@pytest.mark.parametrize("module", ["prints", "good"])
def test_modules_that_import_are_reviewed(ended: Ended, module: str) -> None:
    function = of(ended, module)
    assert function.status == "tested", function.detail
    assert function.behaviour_changes


def test_a_requirement_that_is_left_out_is_told(ended: Ended) -> None:
    (told,) = ended.report.environment.fallbacks
    assert told.startswith("requirements.txt: './vendored/tool.whl' is no package of the index")
