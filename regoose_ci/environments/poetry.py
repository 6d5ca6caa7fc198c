"""Read Poetry's own table, with its version ranges put into the standard form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from regoose_ci.environments.project_files import Declared, EntryPoint, newest_python
from regoose_ci.environments.tables import Table, table, text, texts

_NUMBER = re.compile(r"\d+")


def read_poetry(poetry: Table) -> Declared:
    """Read ``[tool.poetry]``."""
    dependencies = table(poetry, "dependencies")
    problems: list[str] = []
    runtime = tuple(_requirements(dependencies, problems)) if dependencies else None
    python = text(dependencies, "python")
    groups = {"dev": table(poetry, "dev-dependencies")}
    for name in table(poetry, "group"):
        groups[name] = table(poetry, "group", name, "dependencies")
    scripts = table(poetry, "scripts")
    return Declared(
        name=text(poetry, "name"),
        version=text(poetry, "version"),
        requires_python=to_specifier(python) if python else None,
        newest_python=newest_python(texts(poetry, "classifiers")),
        dependencies=runtime,
        groups=tuple((name, tuple(_requirements(g, problems))) for name, g in groups.items()),
        entry_points=tuple(
            EntryPoint("console_scripts", name, value)
            for name in scripts
            if (value := text(scripts, name))
        ),
        package_roots=tuple(_package_roots(poetry)),
        problems=tuple(problems),
    )


def to_specifier(constraint: str) -> str:
    """Translate Poetry's constraint (``^1.2``, ``~1.2``, ``1.*``, ``>=1,<2``) into PEP 440's.

    Of alternatives (``||``) the last is taken, by habit the newest.
    """
    last = constraint.rpartition("|")[2]
    parts = [p for p in re.split(r"[,\s]+(?![\d.*])|,", last.strip()) if p]
    return ",".join(filter(None, (_one(re.sub(r"\s+", "", part)) for part in parts)))


def _one(part: str) -> str:
    if part in {"*", ""}:
        return ""
    if part[0] in "^~" and not part.startswith("~="):
        return _range(part[0], part.lstrip("^~"))
    if part[0].isdigit():
        return f"=={part}"
    return re.sub(r"^=(?!=)", "==", part)


def _range(operator: str, version: str) -> str:
    """``^`` keeps the first number that is not 0, ``~`` the first two numbers."""
    numbers = [int(n[:9]) for n in _NUMBER.findall(re.split(r"[a-z+-]", version, maxsplit=1)[0])]
    if not numbers:
        return ""
    if operator == "~":
        fixed = min(len(numbers), 2) - 1
    else:
        fixed = next((i for i, n in enumerate(numbers) if n), len(numbers) - 1)
    upper = [*numbers[:fixed], numbers[fixed] + 1]
    return f">={version},<{'.'.join(map(str, upper))}"


def _requirements(dependencies: Table, problems: list[str]) -> Iterator[str]:
    for name, value in dependencies.items():
        if name.lower() == "python":
            continue
        for choice in value if isinstance(value, list) else [value]:
            yield from _requirement(name, choice, problems)


def _requirement(name: str, value: object, problems: list[str]) -> Iterator[str]:
    if isinstance(value, str):
        yield name + to_specifier(value)
    elif not isinstance(value, Mapping):
        problems.append(f"The requirement {name} of [tool.poetry] cannot be read.")
    elif any(key in value for key in ("git", "url", "path")):
        problems.append(f"{name} is required from an address of its own and was left out.")
    elif not value.get("optional"):
        extras = value.get("extras")
        marked = f"[{','.join(map(str, extras))}]" if isinstance(extras, list) else ""
        markers = " and ".join(f"({m})" for m in _markers(value))
        specifier = to_specifier(text(value, "version") or "*")
        yield f"{name}{marked}{specifier}" + (f"; {markers}" if markers else "")


def _markers(value: Table) -> Iterator[str]:
    stated = text(value, "markers")
    if stated:
        yield stated
    platform = text(value, "platform")
    if platform:
        yield f"sys_platform == '{platform}'"
    for part in filter(None, to_specifier(text(value, "python") or "*").split(",")):
        match = re.match(r"([<>=!~]+)(.*)", part)
        if match:
            yield f"python_version {match[1]} '{match[2]}'"


def _package_roots(poetry: Table) -> Iterator[str]:
    packages = poetry.get("packages")
    for package in packages if isinstance(packages, list) else ():
        if isinstance(package, Mapping):
            yield text(package, "from") or "."
