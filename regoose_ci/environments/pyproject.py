"""Read pyproject.toml: the standard tables, and those of setuptools, hatch, Poetry, PDM, Flit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

from packaging.utils import canonicalize_name

from regoose_ci.environments.poetry import read_poetry
from regoose_ci.environments.project_files import (
    Declared,
    EntryPoint,
    VersionFile,
    decode,
    newest_python,
)
from regoose_ci.environments.requirement_files import read_requirement_file
from regoose_ci.environments.tables import Table, parse_toml, table, text, texts

_NAME = "pyproject.toml"
_ENTRY_POINT_TABLES = (("scripts", "console_scripts"), ("gui-scripts", "gui_scripts"))
_VERSION_TABLES = (
    (("tool", "setuptools_scm"), ("version_file", "write_to"), "template"),
    (("tool", "hatch", "build", "hooks", "vcs"), ("version-file",), "template"),
    (("tool", "pdm", "version"), ("write_to",), "write_template"),
    (("tool", "versioningit", "write"), ("file",), "template"),
)
_MOST = 1_000
"""Extras, groups, and requirements of one."""
_DEEPEST = 100
"""Others that one includes: through each other they could be without end."""

Reader = Callable[[str], "bytes | None"]


def read_pyproject(read: Reader) -> Declared:
    """Read pyproject.toml."""
    content = decode(read(_NAME))
    parsed = parse_toml(content) if content is not None else None
    if parsed is None:
        return Declared(sources=(_NAME,), problems=("pyproject.toml is not valid TOML.",))
    project, tool = table(parsed, "project"), table(parsed, "tool")
    dependencies, problems = _dependencies(project, tool, read)
    build = table(parsed, "build-system")
    declared = Declared(
        name=text(project, "name") or text(table(tool, "flit", "metadata"), "dist-name"),
        version=text(project, "version"),
        version_attribute=text(table(tool, "setuptools", "dynamic", "version"), "attr"),
        version_path=_version_path(project, tool),
        requires_python=text(project, "requires-python"),
        newest_python=newest_python(texts(project, "classifiers")),
        dependencies=dependencies,
        groups=(*_extras(project), *_dependency_groups(parsed), *_tool_groups(tool)),
        build_requires=texts(build, "requires") or None,
        build_backend=text(build, "build-backend"),
        backend_path=texts(build, "backend-path"),
        version_files=tuple(_version_files(parsed)),
        entry_points=tuple(_entry_points(project)),
        package_roots=tuple(_package_roots(tool)),
        compiled=bool(tool.get("maturin") or table(tool, "setuptools").get("ext-modules")),
        sources=(_NAME,),
        problems=problems,
    )
    poetry = table(tool, "poetry")
    return _fill(declared, read_poetry(poetry)) if poetry else declared


def _fill(declared: Declared, poetry: Declared) -> Declared:
    """Poetry 2 keeps the standard fields in [project] and the rest in its own table."""
    return replace(
        declared,
        name=declared.name or poetry.name,
        version=declared.version or poetry.version,
        requires_python=declared.requires_python or poetry.requires_python,
        newest_python=declared.newest_python or poetry.newest_python,
        dependencies=(
            poetry.dependencies if declared.dependencies is None else declared.dependencies
        ),
        groups=(*declared.groups, *poetry.groups),
        entry_points=declared.entry_points or poetry.entry_points,
        package_roots=declared.package_roots or poetry.package_roots,
        problems=(*declared.problems, *poetry.problems),
    )


def _dependencies(
    project: Table, tool: Table, read: Reader
) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    if "dependencies" in project:
        return texts(project, "dependencies"), ()
    if "dependencies" not in texts(project, "dynamic"):
        # Without a name the table only configures tools, and says nothing of dependencies.
        return (() if "name" in project else None), ()
    dynamic = table(tool, "setuptools", "dynamic", "dependencies")
    hook = table(tool, "hatch", "metadata", "hooks", "requirements_txt")
    found: list[str] = []
    problems: list[str] = []
    for path in (*texts(dynamic, "file"), *texts(hook, "files")):
        file = read_requirement_file(read, path)
        found.extend(file.requirements)
        problems.extend(file.problems)
    return (tuple(found) if found else None), tuple(problems)


def _extras(project: Table) -> Iterator[tuple[str, tuple[str, ...]]]:
    extras = table(project, "optional-dependencies")
    own = canonicalize_name(text(project, "name") or "")
    for name in islice(extras, _MOST):
        yield name, tuple(islice(_without_self(extras, name, own, set()), _MOST))


def _without_self(extras: Table, name: str, own: str, seen: set[str]) -> Iterator[str]:
    """Resolve ``project[extra]`` among the project's own extras, each once."""
    if name in seen or len(seen) == _DEEPEST:
        return
    seen.add(name)
    for requirement in texts(extras, name):
        head, bracket, rest = requirement.partition("[")
        if not bracket or canonicalize_name(head.strip()) != own:
            yield requirement
            continue
        for extra in rest.partition("]")[0].split(","):
            yield from _without_self(extras, extra.strip(), own, seen)


def _dependency_groups(parsed: Table) -> Iterator[tuple[str, tuple[str, ...]]]:
    groups = table(parsed, "dependency-groups")
    by_name = {str(canonicalize_name(name)): items for name, items in groups.items()}
    for name in islice(groups, _MOST):
        yield name, tuple(islice(_group(by_name, name, set()), _MOST))


def _group(by_name: Table, name: str, seen: set[str]) -> Iterator[str]:
    """Resolve one group of PEP 735 with what it includes, each group once."""
    wanted = canonicalize_name(name)
    items = by_name.get(wanted)
    if not isinstance(items, list) or wanted in seen or len(seen) == _DEEPEST:
        return
    seen.add(wanted)
    for item in items:
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict) and isinstance(item.get("include-group"), str):
            yield from _group(by_name, item["include-group"], seen)


def _tool_groups(tool: Table) -> Iterator[tuple[str, tuple[str, ...]]]:
    for source in (table(tool, "pdm", "dev-dependencies"), table(tool, "flit", "metadata")):
        for name in source:
            if name != "requires":
                yield name, texts(source, name)
    requires_extra = table(tool, "flit", "metadata", "requires-extra")
    for name in requires_extra:
        yield name, texts(requires_extra, name)
    yield "dev", texts(table(tool, "uv"), "dev-dependencies")
    environments = table(tool, "hatch", "envs")
    for name in environments:
        environment = table(environments, name)
        yield (
            f"hatch-{name}",
            (*texts(environment, "dependencies"), *texts(environment, "extra-dependencies")),
        )


def _version_path(project: Table, tool: Table) -> str | None:
    for source in (table(tool, "hatch", "version"), table(tool, "pdm", "version")):
        if text(source, "path"):
            return text(source, "path")
    module = text(table(tool, "flit", "module"), "name")
    if module is None and "flit" in tool:
        module = text(project, "name")
    return f"{module.replace('-', '_')}/__init__.py" if module else None


def _version_files(parsed: Table) -> Iterator[VersionFile]:
    for keys, names, template in _VERSION_TABLES:
        source = table(parsed, *keys)
        for name in names:
            path = text(source, name)
            if path:
                own = text(source, template) or text(source, f"{name}_{template}")
                yield VersionFile(path, own)


def _entry_points(project: Table) -> Iterator[EntryPoint]:
    for key, group in _ENTRY_POINT_TABLES:
        yield from _points(group, table(project, key))
    groups = table(project, "entry-points")
    for group in groups:
        yield from _points(group, table(groups, group))


def _points(group: str, points: Table) -> Iterator[EntryPoint]:
    for name in points:
        value = text(points, name)
        if value:
            yield EntryPoint(group, name, value)


def _package_roots(tool: Table) -> Iterator[str]:
    setuptools = table(tool, "setuptools")
    yield from texts(table(setuptools, "packages", "find"), "where")
    for key in ("", "*"):
        root = text(table(setuptools, "package-dir"), key)
        if root:
            yield root
    wheel = table(tool, "hatch", "build", "targets", "wheel")
    yield from texts(wheel, "sources")
    for package in texts(wheel, "packages"):
        parent, slash, _ = package.rpartition("/")
        yield parent if slash else "."
    source = text(table(tool, "pdm", "build"), "package-dir")
    if source:
        yield source
    maturin = text(table(tool, "maturin"), "python-source")
    if maturin:
        yield maturin
