"""The public modules that suites are made for, each at one commit."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from uv import find_uv_bin

TOOLS = ("pytest", "coverage", "hypothesis", "black", "cosmic-ray==8.7.0")
PEER = "pynguin==0.48.0"


@dataclass(frozen=True)
class Module:
    """A module of a public repository and the tests its project has for it."""

    name: str
    repo: str
    commit: str
    file: str
    tests: tuple[str, ...]
    requires: tuple[str, ...] = ()
    built: tuple[str, ...] = ()
    """Files that only a build makes; empty ones but for a version will do."""

    @property
    def source_root(self) -> str:
        """The directory that the module is imported from, seen from the repository."""
        inside = self.name.count(".") + 1 + self.file.endswith("/__init__.py")
        return "/".join(self.file.split("/")[:-inside]) or "."


MODULES = (
    Module("boltons.strutils", "mahmoud/boltons", "967864f89791509f9eb36b22b4579d36b72a6df2",
           "boltons/strutils.py", ("tests/test_strutils.py",)),
    Module("boltons.iterutils", "mahmoud/boltons", "967864f89791509f9eb36b22b4579d36b72a6df2",
           "boltons/iterutils.py", ("tests/test_iterutils.py",)),
    Module("toolz.itertoolz", "pytoolz/toolz", "568c2b8393973cd172a466546c9d95779c452438",
           "toolz/itertoolz.py", ("toolz/tests/test_itertoolz.py",)),
    Module("humanize.number", "python-humanize/humanize",
           "c3a124cdeb272d7f63bc0aa66f79c6fbafd2fc6d", "src/humanize/number.py",
           ("tests/test_number.py",), ("freezegun",), ("src/humanize/_version.py",)),
    Module("packaging.version", "pypa/packaging", "053c884615f2e83d80705251b447769ec2599653",
           "src/packaging/version.py", ("tests/test_version.py",), ("pretend",)),
    Module("slugify.slugify", "un33k/python-slugify", "7b6d5d96c1995e6dccb39a19a13ba78d7d0a3ee4",
           "slugify/slugify.py", ("test.py",), ("text-unidecode",)),
    Module("more_itertools.recipes", "more-itertools/more-itertools",
           "2fe1b2eeb9d75f994113fe3ac76d14b6bcd6fb10", "more_itertools/recipes.py",
           ("tests/test_recipes.py",)),
    Module("sqlparse.sql", "andialbrecht/sqlparse", "60cdc649726bf1bc4f1b336050560b336da715ec",
           "sqlparse/sql.py", ("tests/test_grouping.py", "tests/test_parse.py",
           "tests/test_tokenize.py", "tests/test_regressions.py")),
    Module("w3lib.url", "scrapy/w3lib", "ed01dc04608336967356417f472a691b82bcfbe4",
           "w3lib/url.py", ("tests/test_url.py",)),
    Module("dateutil.relativedelta", "dateutil/dateutil",
           "c981f9c7aa91b83cc9bd33a09ecee9e751b06e8d", "src/dateutil/relativedelta.py",
           ("tests/test_relativedelta.py",), ("six",)),
    Module("sortedcontainers.sorteddict", "grantjenks/python-sortedcontainers",
           "3ac358631f58c1347f1d6d2d92784117db0f38ed", "src/sortedcontainers/sorteddict.py",
           ("tests/test_coverage_sorteddict.py",)),
    Module("click.formatting", "pallets/click", "2c8cd3ac958a7eb316d67f2d316c27086c4c0369",
           "src/click/formatting.py", ("tests/test_formatting.py",)),
)  # fmt: skip
"""Of different kinds: text, iterables, classes, dates, URLs, trees; easy ones and hard ones."""


@dataclass(frozen=True)
class Place:
    """Where a module and what is needed for it stand; made once, kept for later runs."""

    module: Module
    home: Path

    @property
    def tree(self) -> Path:
        """The repository at the module's commit."""
        return self.home / "tree"

    @property
    def bare_tree(self) -> Path:
        """The same without the project's tests, as a repository of its own."""
        return self.home / "bare"

    @property
    def file(self) -> Path:
        """The module's file."""
        return self.tree / self.module.file

    @property
    def python(self) -> Path:
        """An interpreter with the project's requirements and the scorer's tools."""
        return self.home / "scorer" / "bin" / "python"

    @property
    def peer_python(self) -> Path:
        """An interpreter with the project's requirements and Pynguin."""
        return self.home / "peer" / "bin" / "python"

    @property
    def import_path(self) -> str:
        """``PYTHONPATH`` for the module and for its project's tests."""
        return f"{self.tree / self.module.source_root}:{self.tree}"


def prepare(module: Module, mirrors: Path, cache: Path, version: str) -> Place:
    """Check the module's repository out and install what it needs."""
    place = Place(module, cache / f"{module.name}-{module.commit[:8]}")
    mirror = mirrors / module.repo.replace("/", "+") / "repo"
    _once(place.tree, lambda tree: _clone(mirror, module, tree))
    _once(place.bare_tree, lambda tree: _without_tests(place.tree, tree))
    _once(place.python.parent.parent, lambda v: _venv(v, version, (*TOOLS, *module.requires)))
    _once(place.peer_python.parent.parent, lambda v: _venv(v, version, (PEER, *module.requires)))
    return place


def _once(path: Path, make: Callable[[Path], None]) -> None:
    """Make a directory, unless an earlier run has; a broken one is never left."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        make(path)
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise


def _run(*command: str | Path, cwd: Path | None = None) -> None:
    subprocess.run(command, check=True, cwd=cwd, capture_output=True)


def _clone(mirror: Path, module: Module, tree: Path) -> None:
    _run("git", "clone", "--quiet", "--shared", "--no-checkout", mirror, tree)
    _run("git", "checkout", "--quiet", module.commit, cwd=tree)
    for built in module.built:
        (tree / built).write_text('__version__ = "0"\n')
        _run("git", "add", "--force", built, cwd=tree)
    if module.built:
        _commit(tree, "Add what a build makes")


def _without_tests(whole: Path, tree: Path) -> None:
    _run("git", "clone", "--quiet", "--shared", whole, tree)
    listed = subprocess.run(
        ["git", "ls-files"], check=True, cwd=tree, capture_output=True, text=True
    )
    tests = [path for path in listed.stdout.split() if _is_test(path)]
    _run("git", "rm", "--quiet", "-r", "--", *tests, cwd=tree)
    _commit(tree, "Leave the module alone")


def _commit(tree: Path, message: str) -> None:
    identity = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@localhost")
    _run("git", *identity, "commit", "--quiet", "-m", message, cwd=tree)


def _is_test(path: str) -> bool:
    *folders, name = path.split("/")
    in_folder = any(folder in {"test", "tests", "bench", "benchmarks"} for folder in folders)
    return in_folder or (name.startswith("test") and name.endswith(".py"))


def _venv(home: Path, version: str, requirements: tuple[str, ...]) -> None:
    uv, python = find_uv_bin(), home / "bin" / "python"
    _run(uv, "venv", "--quiet", "--python", version, home)
    _run(uv, "pip", "install", "--quiet", "--python", python, *requirements)
