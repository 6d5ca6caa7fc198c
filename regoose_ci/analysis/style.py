"""How a project's tests look, so that generated ones look the same."""

from __future__ import annotations

import dataclasses
import fnmatch
import posixpath
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from regoose_ci.analysis.conventions import Conventions, ImportOrder, read_conventions
from regoose_ci.analysis.habits import Habits, read_habits

_TEST_FILES = ("test_*.py", "*_test.py", "test.py", "tests.py")


@dataclass(frozen=True, slots=True)
class ProjectTestStyle:
    """Where tests live and how they are written; ``file_pattern`` has one ``{}`` for the stem.

    ``existing`` are the names of the files in ``directory``. What configuration demands goes
    before what existing tests do.
    """

    directory: str = "tests"
    file_pattern: str = "test_{}.py"
    existing: frozenset[str] = frozenset()
    habits: Habits = field(default_factory=Habits)
    imports: ImportOrder = field(default_factory=ImportOrder)

    @property
    def line_length(self) -> int:
        """The longest a line may be."""
        return self.habits.line_length


def find_test_style(
    test_sources: Mapping[str, str], target_path: str, configuration: Mapping[str, str]
) -> ProjectTestStyle:
    """Learn the style from existing tests and from configuration files (texts by name).

    The target decides between directories of tests.
    """
    tests = {path: text for path, text in test_sources.items() if _is_named_as_test(path)}
    conventions = read_conventions(configuration)
    habits = _as_demanded(read_habits(tests.values()), conventions)
    if not tests:
        return ProjectTestStyle(habits=habits, imports=conventions.imports)
    suffixed = sum(path.endswith("_test.py") for path in tests)
    directory = _directory(tests, target_path)
    return ProjectTestStyle(
        directory=directory,
        file_pattern="{}_test.py" if suffixed * 2 > len(tests) else "test_{}.py",
        existing=frozenset(
            posixpath.basename(p) for p in tests if posixpath.dirname(p) == directory
        ),
        habits=habits,
        imports=conventions.imports,
    )


def _as_demanded(habits: Habits, conventions: Conventions) -> Habits:
    return dataclasses.replace(
        habits,
        quote=conventions.quote or habits.quote,
        line_length=conventions.line_length or habits.line_length,
        names_of_parameters=conventions.names_of_parameters or habits.names_of_parameters,
        rows_of_parameters=conventions.rows_of_parameters or habits.rows_of_parameters,
    )


def _is_named_as_test(path: str) -> bool:
    name = posixpath.basename(path)
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in _TEST_FILES)


def _directory(tests: Iterable[str], target_path: str) -> str:
    """The directory of the target's own test file, else the one that holds the most tests."""
    paths = sorted(tests)
    stem = posixpath.basename(target_path).removesuffix(".py").strip("_")
    for path in paths:
        if posixpath.basename(path) in {f"test_{stem}.py", f"{stem}_test.py"}:
            return posixpath.dirname(path)
    counts = Counter(posixpath.dirname(path) for path in paths)
    return min(counts, key=lambda directory: (-counts[directory], directory))
