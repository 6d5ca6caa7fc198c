"""Where a project's packages and tests are, from its paths and its ``pyproject.toml``."""

from __future__ import annotations

import fnmatch
import posixpath
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # type: ignore[import-not-found,unused-ignore]

_TEST_FILES = ("test_*.py", "*_test.py", "test.py", "tests.py", "conftest.py")
_TEST_DIRECTORIES = frozenset({"test", "tests"})
_ASIDE = frozenset(
    {"benchmark", "benchmarks", "build", "ci", "dist", "doc", "docs", "example", "examples"}
    | {"package", "packaging", "script", "scripts", "tasks", "tools"}
)
"""Top directories that hold no product code, unless they are packages themselves."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Import roots (relative directories, ``""`` is the top), import packages, test files."""

    import_roots: tuple[str, ...] = ("",)
    packages: tuple[str, ...] = ()
    test_files: tuple[str, ...] = ()


def find_layout(paths: Sequence[str], pyproject_text: str = "") -> Layout:
    """Find the layout: ``src`` or flat, one package or several, namespace packages, scripts."""
    settings = read_pyproject(pyproject_text)
    python = sorted(path for path in paths if path.endswith(".py"))
    patterns = (*_TEST_FILES, *_words(setting(settings, "tool.pytest.ini_options.python_files")))
    tests = tuple(path for path in python if is_test_path(path, patterns))
    outside = {*tests, *(path for path in python if _is_aside(path, python))}
    product = [path for path in python if path not in outside]
    inits = {posixpath.dirname(p) for p in product if posixpath.basename(p) == "__init__.py"}
    packages = sorted(d for d in inits if d and posixpath.dirname(d) not in inits)
    roots = [posixpath.dirname(package) for package in packages]
    roots += [root for root in _declared_roots(settings) if _holds(root, product)]
    if _holds("src", product) and "src" not in inits:
        roots.append("src")
    if any("/" not in path and path != "setup.py" for path in product) or not roots:
        roots.append("")
    return Layout(
        import_roots=_in_order(roots),
        packages=tuple(dict.fromkeys(posixpath.basename(package) for package in packages)),
        test_files=tests,
    )


def module_name(path: str, layout: Layout) -> str:
    """The dotted name a file is imported by, seen from the nearest import root."""
    holders = [root for root in layout.import_roots if not root or path.startswith(f"{root}/")]
    root = max(holders, key=len, default="")
    inside = path[len(root) + 1 :] if root else path
    parts = inside.removesuffix(".py").split("/")
    if parts[-1] == "__init__" and len(parts) > 1:
        parts = parts[:-1]
    return ".".join(parts)


def is_test_path(path: str, patterns: Iterable[str] = _TEST_FILES) -> bool:
    """A test file by name, or anything in a directory of tests."""
    directory, name = posixpath.split(path)
    if _TEST_DIRECTORIES & set(directory.split("/")):
        return True
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def read_pyproject(text: str) -> Mapping[str, object]:
    """The settings in ``pyproject.toml``; none where it is not valid TOML."""
    try:
        settings: Mapping[str, object] = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}
    return settings


def setting(settings: object, path: str) -> object:
    """The value at a dotted path, or ``None``."""
    for key in path.split("."):
        if not isinstance(settings, Mapping):
            return None
        settings = settings.get(key)
    return settings


def _declared_roots(settings: Mapping[str, object]) -> list[str]:
    """Import roots that a build backend's or pytest's settings name."""
    roots = list(_words(setting(settings, "tool.setuptools.packages.find.where")))
    roots += _words(setting(settings, "tool.pytest.ini_options.pythonpath"))
    package_dir = setting(settings, "tool.setuptools.package-dir")
    if isinstance(package_dir, Mapping):
        roots += _words(package_dir.get(""))
    for package in _words(setting(settings, "tool.hatch.build.targets.wheel.packages")):
        roots.append(posixpath.dirname(package))
    poetry = setting(settings, "tool.poetry.packages")
    if isinstance(poetry, list):
        roots += [word for item in poetry for word in _words(setting(item, "from"))]
    cleaned = (posixpath.normpath(root) for root in roots)
    return ["" if root == "." else root for root in cleaned]


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(value.split())
    if isinstance(value, list):
        return tuple(item for item in value if isinstance(item, str))
    return ()


def _holds(root: str, paths: Iterable[str]) -> bool:
    return not root or any(path.startswith(f"{root}/") for path in paths)


def _is_aside(path: str, python: Sequence[str]) -> bool:
    top, separator, _ = path.partition("/")
    if not separator:
        return path == "setup.py"
    return top in _ASIDE and f"{top}/__init__.py" not in python


def _in_order(roots: Sequence[str]) -> tuple[str, ...]:
    """``src`` and the top first; a directory inside of ``src`` belongs to a namespace package."""
    found = [r for r in dict.fromkeys(roots) if not ("src" in roots and r.startswith("src/"))]
    return tuple(sorted(found, key=lambda root: (root != "src", root != "")))
