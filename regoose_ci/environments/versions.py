"""Find a project's version in its files, and write the files its build would write."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence

from packaging.version import InvalidVersion, Version

from regoose_ci.environments.project_files import Declared, VersionFile, decode

Reader = Callable[[str], "bytes | None"]

_NAMES = ("__version__", "VERSION", "version")
_ROOTS = ("", "src/", "lib/")


def find_static_version(declared: Declared, read: Reader, paths: Sequence[str]) -> str | None:
    """Find the version as a string literal where the project says it is; ``None`` otherwise."""
    known = frozenset(paths)
    for path, name in _places(declared):
        if path in known:
            version = read_assignment(decode(read(path)) or "", name)
            if version is not None:
                return version
    return None


def _places(declared: Declared) -> Iterator[tuple[str, str | None]]:
    module, _, attribute = (declared.version_attribute or "").rpartition(".")
    if module:
        file = module.replace(".", "/")
        for root in (*_ROOTS, *(f"{r}/" for r in declared.package_roots)):
            yield f"{root}{file}/__init__.py", attribute
            yield f"{root}{file}.py", attribute
    if declared.version_path:
        for root in _ROOTS:
            yield f"{root}{declared.version_path}", None
    package = (declared.name or "").replace("-", "_")
    for root in _ROOTS if package else ():
        for file in ("__init__", "__about__", "__version__", "version", "_version"):
            yield f"{root}{package}/{file}.py", None


def read_assignment(source: str, name: str | None) -> str | None:
    """Read the version assigned to ``name`` in ``source`` (any usual name when ``None``)."""
    strings = read_strings(source)
    for wanted in (name,) if name else _NAMES:
        if is_version(strings.get(wanted)):
            return strings[wanted]
    return None


def read_strings(source: str) -> dict[str, str]:
    """Read the strings that ``source`` assigns to names of its module."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return {}
    strings: dict[str, str] = {}
    for node in tree.body:
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign):
            targets = [node.target]
        value = getattr(node, "value", None)
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            strings |= {t.id: value.value for t in targets if isinstance(t, ast.Name)}
    return strings


def is_version(value: object) -> bool:
    """Tell whether ``value`` is a version as packages have them."""
    if not isinstance(value, str):
        return False
    try:
        Version(value)
    except InvalidVersion:
        return False
    return True


def render_version_file(file: VersionFile, version: str) -> str:
    """Write what the project's version tool would write into ``file``.

    The template is filled by plain replacement: it comes from the reviewed project, and
    ``str.format`` would let it reach attributes and ask for any width.
    """
    numbers = ", ".join(re.findall(r"\d+", version.partition("+")[0]))
    parts = f"({numbers},)"
    if file.template is not None:
        filled = file.template.replace("{version!r}", repr(version))
        return filled.replace("{version_tuple}", parts).replace("{version}", version)
    if not file.path.endswith(".py"):
        return version + "\n"
    return (
        f"__version__ = version = {version!r}\n"
        f"__version_tuple__ = version_tuple = {parts}\n"
        "__commit_id__ = commit_id = None\n"
    )
