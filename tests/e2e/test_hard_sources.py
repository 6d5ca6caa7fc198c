"""Sources that are read or imported in unusual ways: each is reviewed like any other."""

from __future__ import annotations

import pytest

from regoose_ci.domain.report import FunctionReport
from tests.e2e.program import Ended, Program
from tests.e2e.project import Project

pytestmark = pytest.mark.sandbox

BODY = "def double(n: int) -> int:\n    return n * 2\n"
SOURCES = {
    "hard/latin_1.py": b"# coding: latin-1\nNAME = '\xe9'\n\n\n" + BODY.encode(),
    "hard/carriage_returns.py": BODY.replace("\n", "\r\n").encode(),
    "hard/byte_order_mark.py": b"\xef\xbb\xbf" + BODY.encode(),
    "hard/tabs.py": BODY.replace("    ", "\t").encode(),
    "hard/form_feed.py": b"\x0cNAME = 'x'\n\x0c\n" + BODY.encode(),
    "hard/gr\u00f6\u00dfe.py": BODY.encode(),
    "hard/type_checking.py": (
        b"from __future__ import annotations\n\nfrom typing import TYPE_CHECKING\n\n"
        b"if TYPE_CHECKING:\n    from nowhere import Number\n\n\n"
        b"def double(n: int, by: Number | None = None) -> int:\n    return n * 2\n"
    ),
    "hard/conditional.py": (
        b"import sys\n\nif sys.version_info >= (3, 0):\n\n"
        b"    def double(n: int) -> int:\n        return n * 2\n\nelse:\n\n"
        b"    def double(n):\n        return n + n\n"
    ),
    "hard/starred.py": b"from hard.names import *\n\n\n" + BODY.encode().replace(b"2", b"TWO"),
    "hard/circle_a.py": b"import hard.circle_b\n\n\n" + BODY.encode(),
    "hard/circle_b.py": b"import hard.circle_a\n\n\n" + BODY.encode(),
    "hard/lazy.py": (
        b"def __getattr__(name):\n    if name == 'TWO':\n        return 2\n"
        b"    raise AttributeError(name)\n\n\n" + BODY.encode()
    ),
    "second/__init__.py": BODY.encode(),
    "spread/deep/module.py": BODY.encode(),
    "script.py": BODY.encode() + b"\n\nif __name__ == '__main__':\n    print(double(2))\n",
}
UNNAMEABLE = ("hard/with space.py", 'hard/with"quote.py', "hard/with\nnewline.py", "hard/class.py")


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """One review of a change to every such source."""
    place = tmp_path_factory.mktemp("hard")
    project = Project(place / "repository")
    project.write({"hard/__init__.py": "", "hard/names.py": "TWO = 2\n"})
    for change in (b"n * ", b"1 + n * "):
        for path, content in {**SOURCES, **dict.fromkeys(UNNAMEABLE, BODY.encode())}.items():
            target = project.path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.replace(b"n * ", change))
        project.commit("Double")
        project.git("checkout", "-q", "-B", "topic")
    program = Program(place)
    ended = program.run("review", "--base", "main", "--budget", "10", cwd=project.path)
    program.assert_nothing_left()
    return ended


def test_the_review_is_done(ended: Ended) -> None:
    assert (ended.code, ended.report.error) == (0, None), ended.stderr
    assert {f.path for f in ended.report.functions} == {*SOURCES, *UNNAMEABLE}


def of(ended: Ended, path: str) -> FunctionReport:
    return next(f for f in ended.report.functions if f.path == path)


@pytest.mark.parametrize("path", SOURCES)
def test_a_source_is_reviewed(ended: Ended, path: str) -> None:
    function = of(ended, path)
    assert function.behaviour_changes, function.detail


@pytest.mark.parametrize("path", UNNAMEABLE)
def test_a_name_that_cannot_be_imported_is_told(ended: Ended, path: str) -> None:
    function = of(ended, path)
    assert (function.status, function.reason) == ("skipped", "import_failed")
    assert function.detail == "its path is no name that an import statement can have"
