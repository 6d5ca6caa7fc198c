"""How a project's tests look, so that generated ones look the same."""

from __future__ import annotations

import ast
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from regoose_ci.analysis.layout import read_pyproject, setting

_LINE_LENGTH = 88
_SINGLE = re.compile(r"(?<![\w'\"])'(?!'')")
_DOUBLE = re.compile(r"(?<![\w'\"])\"(?!\"\")")


class ImportForm(str, Enum):
    """``from package import f``, ``from package.module import f``, or ``import package``."""

    FROM_PACKAGE = "from_package"
    FROM_MODULE = "from_module"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class ProjectTestStyle:
    """Where tests live and how they are written; ``file_pattern`` has one ``{}`` for the stem."""

    directory: str = "tests"
    file_pattern: str = "test_{}.py"
    import_form: ImportForm = ImportForm.FROM_MODULE
    uses_classes: bool = False
    line_length: int = _LINE_LENGTH
    quote: str = '"'


def find_test_style(
    test_sources: Mapping[str, str], target_path: str, pyproject_text: str = ""
) -> ProjectTestStyle:
    """Learn the style from existing tests; the target decides between directories of tests."""
    tests = {path: text for path, text in test_sources.items() if _is_named_as_test(path)}
    line_length = _line_length(pyproject_text)
    if not tests:
        return ProjectTestStyle(line_length=line_length)
    suffixed = sum(path.endswith("_test.py") for path in tests)
    singles = sum(len(_SINGLE.findall(text)) for text in tests.values())
    doubles = sum(len(_DOUBLE.findall(text)) for text in tests.values())
    classes = sum("\nclass Test" in f"\n{text}" for text in tests.values())
    return ProjectTestStyle(
        directory=_directory(tests, target_path),
        file_pattern="{}_test.py" if suffixed * 2 > len(tests) else "test_{}.py",
        import_form=_import_form(tests.values(), target_path),
        uses_classes=classes * 2 > len(tests),
        line_length=line_length,
        quote="'" if singles > doubles else '"',
    )


def _is_named_as_test(path: str) -> bool:
    name = posixpath.basename(path)
    return name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py"))


def _directory(tests: Iterable[str], target_path: str) -> str:
    """The directory of the target's own test file, else the one that holds the most tests."""
    paths = sorted(tests)
    stem = posixpath.basename(target_path).removesuffix(".py").strip("_")
    for path in paths:
        if posixpath.basename(path) in {f"test_{stem}.py", f"{stem}_test.py"}:
            return posixpath.dirname(path)
    counts = Counter(posixpath.dirname(path) for path in paths)
    return min(counts, key=lambda directory: (-counts[directory], directory))


def _import_form(texts: Iterable[str], target_path: str) -> ImportForm:
    package = _package(target_path)
    counts: Counter[ImportForm] = Counter()
    for text in texts:
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            continue
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.module:
                if node.module == package:
                    counts[ImportForm.FROM_PACKAGE] += 1
                elif node.module.startswith(f"{package}."):
                    counts[ImportForm.FROM_MODULE] += 1
            elif isinstance(node, ast.Import):
                names = [alias.name.partition(".")[0] for alias in node.names]
                counts[ImportForm.IMPORT] += names.count(package)
    return counts.most_common(1)[0][0] if counts else ImportForm.FROM_MODULE


def _package(target_path: str) -> str:
    parts = target_path.removesuffix(".py").split("/")
    return parts[1] if parts[0] == "src" and len(parts) > 1 else parts[0]


def _line_length(pyproject_text: str) -> int:
    settings = read_pyproject(pyproject_text)
    for key in ("tool.black.line-length", "tool.ruff.line-length"):
        length = setting(settings, key)
        if isinstance(length, int) and 40 <= length <= 400:
            return length
    return _LINE_LENGTH
