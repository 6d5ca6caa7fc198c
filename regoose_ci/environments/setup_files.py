"""Read setup.cfg, and of setup.py what stands in it literally."""

from __future__ import annotations

import ast
import configparser
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from regoose_ci.environments.project_files import (
    Declared,
    EntryPoint,
    VersionFile,
    decode,
    newest_python,
)
from regoose_ci.environments.requirement_files import read_requirement_file
from regoose_ci.environments.versions import read_strings

Reader = Callable[[str], "bytes | None"]

_LONGEST_SUM = 10_000
_COMPILED = ("ext_modules", "rust_extensions", "cffi_modules", "ext_package")


def read_setup_cfg(read: Reader) -> Declared:
    """Read setup.cfg."""
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
    try:
        parser.read_string(decode(read("setup.cfg")) or "")
    except configparser.Error:
        return Declared(sources=("setup.cfg",), problems=("setup.cfg cannot be read.",))
    version = _value(parser, "metadata", "version")
    dependencies, problems = _cfg_dependencies(parser, read)
    extras = (
        parser.items("options.extras_require") if _has(parser, "options.extras_require") else []
    )
    groups = [(name, _lines(value)) for name, value in extras]
    groups.append(("tests", _lines(_value(parser, "options", "tests_require") or "")))
    return Declared(
        name=_value(parser, "metadata", "name"),
        version=version if version and ":" not in version else None,
        version_attribute=_after(version, "attr:"),
        version_path=None,
        requires_python=_value(parser, "options", "python_requires"),
        newest_python=newest_python(_lines(_value(parser, "metadata", "classifiers") or "")),
        dependencies=dependencies,
        groups=tuple(groups),
        entry_points=tuple(_cfg_entry_points(parser)),
        package_roots=tuple(_cfg_package_roots(parser)),
        sources=("setup.cfg",),
        problems=problems,
    )


def _has(parser: configparser.RawConfigParser, section: str) -> bool:
    return parser.has_section(section)


def _value(parser: configparser.RawConfigParser, section: str, *names: str) -> str | None:
    for name in names:
        for spelling in (name, name.replace("_", "-")):
            if parser.has_option(section, spelling):
                return parser.get(section, spelling).strip()
    return None


def _after(value: str | None, prefix: str) -> str | None:
    if value and value.startswith(prefix):
        return value.removeprefix(prefix).strip()
    return None


def _lines(value: str) -> tuple[str, ...]:
    stripped = (line.strip() for line in value.splitlines())
    return tuple(line for line in stripped if line and not line.startswith("#"))


def _cfg_dependencies(
    parser: configparser.RawConfigParser, read: Reader
) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    value = _value(parser, "options", "install_requires")
    if value is None:
        return None, ()
    file = _after(value, "file:")
    if file is None:
        return _lines(value), ()
    found = read_requirement_file(read, file)
    return found.requirements, found.problems


def _cfg_entry_points(parser: configparser.RawConfigParser) -> Iterator[EntryPoint]:
    if not _has(parser, "options.entry_points"):
        return
    for group, value in parser.items("options.entry_points"):
        for line in _lines(value):
            name, equals, target = line.partition("=")
            if equals:
                yield EntryPoint(group.strip(), name.strip(), target.strip())


def _cfg_package_roots(parser: configparser.RawConfigParser) -> Iterator[str]:
    for line in _lines(_value(parser, "options", "package_dir") or ""):
        key, equals, root = line.partition("=")
        if equals and not key.strip():
            yield root.strip()
    where = _value(parser, "options.packages.find", "where")
    if where:
        yield where


# --- setup.py ---------------------------------------------------------------------------------


def read_setup_py(read: Reader) -> Declared:
    """Read the ``setup()`` call of setup.py, as far as its arguments are literals.

    A name counts as a literal when the module binds it to one. What is computed stays unknown
    and, where it matters, becomes a problem.
    """
    source = decode(read("setup.py")) or ""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Declared(sources=("setup.py",), problems=("setup.py cannot be parsed.",))
    call = _SetupCall.find(tree, _read_about(tree, read))
    if call is None:
        return Declared(sources=("setup.py",))
    dependencies = call.strings("install_requires")
    problems: tuple[str, ...] = ()
    if dependencies is None and "install_requires" in call.arguments:
        problems = ("setup.py computes install_requires, which is not run to find it.",)
    return Declared(
        name=call.string("name"),
        version=call.string("version"),
        requires_python=call.string("python_requires"),
        newest_python=newest_python(call.strings("classifiers") or ()),
        dependencies=() if dependencies is None and not problems else dependencies,
        groups=(*call.groups("extras_require"), ("tests", call.strings("tests_require") or ())),
        build_requires=("setuptools", *(call.strings("setup_requires") or ())),
        version_files=tuple(call.version_files()),
        entry_points=tuple(call.entry_points()),
        package_roots=tuple(root for key, root in call.groups_of_text("package_dir") if not key),
        compiled=any(name in call.arguments for name in _COMPILED),
        sources=("setup.py",),
        problems=problems,
    )


@dataclass(frozen=True)
class _SetupCall:
    arguments: dict[str, ast.expr]
    names: dict[str, ast.expr]
    about: dict[str, str]
    values: dict[str, object] = field(default_factory=dict)
    """What names are bound to, as far as that was asked."""

    @classmethod
    def find(cls, tree: ast.Module, about: dict[str, str]) -> _SetupCall | None:
        names = {
            target.id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called(node) == "setup":
                return cls(dict(_keywords(node, names)), names, about)
        return None

    def literal(self, node: ast.expr | None, depth: int = 0) -> object:
        """Evaluate literals, names bound to them, and sums of lists; else ``None``."""
        if depth > 20:
            return None
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            if node.id not in self.values:
                self.values[node.id] = None  # while it is evaluated, it may name itself
                self.values[node.id] = self.literal(self.names.get(node.id), depth + 1)
            return self.values[node.id]
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            return self.about.get(str(node.slice.value))
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return [self.literal(item, depth + 1) for item in node.elts]
        if isinstance(node, ast.Dict):
            keys = [self.literal(key, depth + 1) for key in node.keys]
            values = [self.literal(value, depth + 1) for value in node.values]
            return {k: v for k, v in zip(keys, values, strict=True) if isinstance(k, str)}
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self.literal(node.left, depth + 1), self.literal(node.right, depth + 1)
            if not isinstance(left, list) or not isinstance(right, list):
                return None
            return left + right if len(left) + len(right) <= _LONGEST_SUM else None
        return None

    def string(self, name: str) -> str | None:
        value = self.literal(self.arguments.get(name))
        return value if isinstance(value, str) else None

    def strings(self, name: str) -> tuple[str, ...] | None:
        return _strings(self.literal(self.arguments.get(name)))

    def groups(self, name: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        value = self.literal(self.arguments.get(name))
        items = value.items() if isinstance(value, dict) else ()
        return tuple((key.partition(":")[0], _strings(group) or ()) for key, group in items)

    def groups_of_text(self, name: str) -> tuple[tuple[str, str], ...]:
        value = self.literal(self.arguments.get(name))
        items = value.items() if isinstance(value, dict) else ()
        return tuple((key, root) for key, root in items if isinstance(root, str))

    def version_files(self) -> Iterator[VersionFile]:
        value = self.literal(self.arguments.get("use_scm_version"))
        if isinstance(value, dict):
            template = value.get("version_file_template") or value.get("write_to_template")
            for key in ("version_file", "write_to"):
                if isinstance(value.get(key), str):
                    yield VersionFile(value[key], template if isinstance(template, str) else None)

    def entry_points(self) -> Iterator[EntryPoint]:
        for group, lines in self.groups("entry_points"):
            for line in lines:
                name, equals, target = line.partition("=")
                if equals:
                    yield EntryPoint(group, name.strip(), target.strip())


def _read_about(tree: ast.Module, read: Reader) -> dict[str, str]:
    """Read strings such as ``__version__`` from the module that setup.py executes for them.

    The habit is ``exec(open(os.path.join(here, "package", "__about__.py")).read(), about)``.
    """
    about: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in {"join", "joinpath"}:
            constants = (a.value for a in node.args if isinstance(a, ast.Constant))
            path = "/".join(part for part in constants if isinstance(part, str))
            if path.endswith(".py"):
                about |= read_strings(decode(read(path)) or "")
    return about


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _keywords(call: ast.Call, names: dict[str, ast.expr]) -> Iterator[tuple[str, ast.expr]]:
    for keyword in call.keywords:
        if keyword.arg is not None:
            yield keyword.arg, keyword.value
        elif isinstance(keyword.value, ast.Name):  # setup(**arguments)
            bound = names.get(keyword.value.id)
            if isinstance(bound, ast.Dict):
                for key, value in zip(bound.keys, bound.values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        yield key.value, value
            elif isinstance(bound, ast.Call) and _called(bound) == "dict":
                yield from _keywords(bound, {})


def _strings(value: object) -> tuple[str, ...] | None:
    if isinstance(value, str):
        return tuple(line for line in value.splitlines() if line.strip())
    if not isinstance(value, list):
        return None
    return tuple(item for item in value if isinstance(item, str))
