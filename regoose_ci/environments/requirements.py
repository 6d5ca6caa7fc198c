"""Read what a project requires from its committed files. None of its code runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from packaging.utils import canonicalize_name

from regoose_ci.environments.locks import Lock, read_lock
from regoose_ci.environments.project_files import (
    Declared,
    ProjectRequirements,
    is_test_group,
    normalise,
)
from regoose_ci.environments.pyproject import read_pyproject
from regoose_ci.environments.requirement_files import (
    find_requirement_files,
    read_requirement_file,
)
from regoose_ci.environments.setup_files import read_setup_cfg, read_setup_py
from regoose_ci.environments.versions import find_static_version

_NOT_FOR_TESTS = re.compile(
    r"("
    r"black|autopep8|yapf|isort|ruff|flake8|pyflakes|pycodestyle|pylint|mypy|pyright|"
    r"pyre-check|bandit|codespell|pre-commit|prek|tox|nox|hatch|pdm|poetry|uv|build|twine|"
    r"towncrier|bump2version|bumpversion|check-manifest|pip|pip-tools|wheel|setuptools|"
    r"setuptools-scm|sphinx|furo|mkdocs|mkdocstrings|mkautodoc|myst-parser|pdoc|coverage|"
    r"codecov|coveralls|covdefaults|nose|pytest|pytest-cov|pytest-xdist|pytest-randomly|"
    r"pytest-sugar|pytest-codspeed|diff-cover|readthedocs-sphinx-ext|zest-releaser|virtualenv|"
    r"ipython|ipdb|jupyter|pypandoc-binary|"
    r"(types|sphinx|sphinxcontrib|mkdocs|flake8|pep8)-.*)"
)
"""Linters, builders and writers of documentation; pytest is among Regoose's own tools."""

Reader = Callable[[str], "bytes | None"]
"""Gives the content of a committed file, ``None`` when there is no such file."""


def find_requirements(read: Reader, paths: Sequence[str]) -> ProjectRequirements:
    """Read the requirements of the project whose committed files are ``paths``.

    Later sources only fill what earlier ones leave open, in the order pyproject.toml,
    setup.cfg, setup.py, requirements files. Nothing is raised for what cannot be read: it is
    a sentence in ``problems``.
    """
    known = frozenset(paths)
    declared = [
        reader(read)
        for name, reader in (
            ("pyproject.toml", read_pyproject),
            ("setup.cfg", read_setup_cfg),
            ("setup.py", read_setup_py),
        )
        if name in known
    ]
    merged = _merge(declared)
    merged = _with_requirement_files(merged, read, paths)
    lock = read_lock(read, paths)
    problems = [*merged.problems, *lock.problems]
    name = merged.name
    dependencies = _tidy(merged.dependencies or (), name, problems)
    tests = _tidy(_test_requirements(merged), name, problems)
    return ProjectRequirements(
        requires_python=merged.requires_python,
        newest_python=merged.newest_python,
        dependencies=dependencies,
        test_dependencies=tuple(t for t in tests if _useful_for_tests(t) and t not in dependencies),
        build_requires=_tidy(merged.build_requires or ("setuptools",), None, problems),
        build_backend=merged.build_backend or "setuptools.build_meta:__legacy__",
        backend_path=merged.backend_path,
        distribution_name=name,
        version=merged.version or find_static_version(merged, read, paths),
        version_files=merged.version_files,
        entry_points=merged.entry_points,
        package_roots=merged.package_roots,
        compiled=merged.compiled,
        sources=(*merged.sources, lock.file) if lock.pins else merged.sources,
        pins=(*merged.pins, *lock.pins),
        pinned_by=" and ".join(_pinned_by(merged, lock)),
        problems=tuple(dict.fromkeys(problems)),
    )


def _pinned_by(merged: Declared, lock: Lock) -> Iterator[str]:
    if lock.pins:
        yield lock.file
    if merged.pins:
        yield "a requirements file"


def _merge(declared: Iterable[Declared]) -> Declared:
    merged = Declared()
    for other in declared:
        merged = replace(
            merged,
            name=merged.name or other.name,
            version=merged.version or other.version,
            version_attribute=merged.version_attribute or other.version_attribute,
            version_path=merged.version_path or other.version_path,
            requires_python=merged.requires_python or other.requires_python,
            newest_python=merged.newest_python or other.newest_python,
            dependencies=(
                other.dependencies if merged.dependencies is None else merged.dependencies
            ),
            groups=(*merged.groups, *other.groups),
            build_requires=merged.build_requires or other.build_requires,
            build_backend=merged.build_backend or other.build_backend,
            backend_path=merged.backend_path or other.backend_path,
            version_files=merged.version_files or other.version_files,
            entry_points=merged.entry_points or other.entry_points,
            package_roots=merged.package_roots or other.package_roots,
            compiled=merged.compiled or other.compiled,
            sources=(*merged.sources, *other.sources),
            pins=(*merged.pins, *other.pins),
            problems=(*merged.problems, *other.problems),
        )
    return merged


def _with_requirement_files(merged: Declared, read: Reader, paths: Sequence[str]) -> Declared:
    """Add requirements files: as dependencies where the project declares none, else for tests."""
    for path in find_requirement_files(paths):
        found = read_requirement_file(read, path)
        extras = tuple(t for e in found.own_extras for t in _extra(merged, e))
        merged = replace(
            merged,
            sources=(*merged.sources, *found.files),
            pins=(*merged.pins, *found.pins),
            problems=(*merged.problems, *found.problems),
        )
        if path == "requirements.txt" and merged.dependencies is None:
            merged = replace(merged, dependencies=(*found.requirements, *extras))
        else:
            group = ("tests", (*found.requirements, *extras))
            merged = replace(merged, groups=(*merged.groups, group))
    return merged


def _extra(declared: Declared, name: str) -> tuple[str, ...]:
    wanted = canonicalize_name(name)
    return tuple(t for n, group in declared.groups if canonicalize_name(n) == wanted for t in group)


def _test_requirements(declared: Declared) -> list[str]:
    return [t for name, group in declared.groups if is_test_group(name, group) for t in group]


def _tidy(texts: Iterable[str], own_name: str | None, problems: list[str]) -> tuple[str, ...]:
    """Normalise requirements; leave out the project itself, what is no requirement, and URLs."""
    tidy: dict[str, None] = {}
    for text in texts:
        requirement = normalise(text)
        if requirement is None:
            problems.append(f"{text.strip()[:100]!r} is not a requirement and was left out.")
        elif requirement.url:
            problems.append(
                f"{requirement.name} is required from an address of its own and was left out."
            )
        elif own_name is None or canonicalize_name(requirement.name) != canonicalize_name(own_name):
            tidy[str(requirement)] = None
    return tuple(tidy)


def _useful_for_tests(text: str) -> bool:
    requirement = normalise(text)
    if requirement is None:
        return False
    return _NOT_FOR_TESTS.fullmatch(canonicalize_name(requirement.name)) is None
