from __future__ import annotations

import pytest

from regoose_ci.github import TestFile
from regoose_ci.github.commits import LARGEST_FILE, MOST_FILES, check_files
from regoose_ci.github.errors import RejectedError


@pytest.mark.parametrize("path", ["test_a.py", "tests/unit/test_slug_2.py", "src/pkg.x/test_A.py"])
def test_tests_may_be_committed(path: str):
    check_files([TestFile(path, "pass")])


@pytest.mark.parametrize(
    "path",
    [
        "conftest.py", "tests/conftest.py", "tests/test_conftest/conftest.py", "pyproject.toml",
        ".github/workflows/test_x.py", "tests/.hidden/test_x.py", "../test_x.py",
        "tests/../test_x.py", "/test_x.py", "tests//test_x.py", "tests/test_x.py/", "test_x.pyc",
        "test_x.py\n", "tests/tést_x.py", "tests/test_é.py", "tests\\test_x.py", "sub.py",
        "tests/__init__.py", ".git/test_x.py", "a/" * 21 + "test_x.py", "test_" + "x" * 300 + ".py",
    ],
)  # fmt: skip
def test_nothing_else_may(path: str):
    with pytest.raises(RejectedError):
        check_files([TestFile(path, "pass")])


@pytest.mark.parametrize(
    "files",
    [
        [],
        [TestFile(f"test_{n}.py", "") for n in range(MOST_FILES + 1)],
        [TestFile("test_a.py", ""), TestFile("test_A.py", "")],
        [TestFile("test_a.py", "x" * (LARGEST_FILE + 1))],
    ],
)
def test_amounts_are_bounded(files: list[TestFile]):
    with pytest.raises(RejectedError):
        check_files(files)
