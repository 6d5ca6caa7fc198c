"""Where a tree's packages lie, and whether they can be imported without a build."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from regoose_ci.environments.project_files import ProjectRequirements

_COMPILING = (
    "maturin",
    "scikit_build_core",
    "mesonpy",
    "setuptools_rust",
    "skbuild",
    "cmeson",
    "pdm.backend.intree",
)
_NEVER_COMPILING = ("flit_core", "flit.", "poetry.core.masonry", "uv_build")
_SOURCE = re.compile(r"\.(pyx|c|cc|cpp|cxx|rs|f90|f)$")
_BESIDE = re.compile(
    r"(^|/)(tests?|testing|docs?|examples?|benchmarks?|bench|tools?|scripts?|tasks|\.\w+)/"
)


def find_import_roots(requirements: ProjectRequirements, paths: Sequence[str]) -> tuple[str, ...]:
    """Find the directories that go on the path, relative to the tree, the packages' first.

    The tree itself (``.``) is always among them: tests import each other from there.
    """
    roots: dict[str, None] = {}
    for stated in requirements.package_roots:
        root = posixpath.normpath(stated)
        if not root.startswith(("/", "..")) and _holds(paths, root):
            roots[root] = None
    if "src" not in roots and any(_importable(path) for path in paths):
        roots["src"] = None
    roots.setdefault(".", None)
    return tuple(roots)


def _holds(paths: Sequence[str], root: str) -> bool:
    return root == "." or any(path.startswith(f"{root}/") for path in paths)


def _importable(path: str) -> bool:
    """A module or package right below ``src``, unless ``src`` is a package itself."""
    return bool(re.fullmatch(r"src/(?!__init__)(\w+\.py|\w+/__init__\.pyi?)", path))


def needs_build(requirements: ProjectRequirements, paths: Sequence[str]) -> bool:
    """Tell whether the project has parts that only its build makes: extension modules."""
    backend = requirements.build_backend or ""
    if requirements.compiled or backend.startswith(_COMPILING):
        return True
    if backend.startswith(_NEVER_COMPILING):
        return False
    return any(_SOURCE.search(path) and not _BESIDE.search(path) for path in paths)
