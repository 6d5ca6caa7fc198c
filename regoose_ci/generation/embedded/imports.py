"""Import blocks: merged, aliased where names clash, and sorted as ruff's isort rules do."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Import:
    """One name bound by an import: ``import module [as bound]``, ``from module import name``."""

    module: str
    name: str | None
    bound: str

    def renamed(self, bound: str) -> Import:
        """The same import under another name."""
        return Import(self.module, self.name, bound)


def parse_imports(statements: Iterable[str]) -> tuple[Import, ...]:
    """The bindings that import statements make; other statements are left out."""
    found: dict[Import, None] = {}
    for statement in statements:
        for node in ast.parse(statement).body:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    found[Import(alias.name, None, alias.asname or alias.name)] = None
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    found[Import(node.module, alias.name, alias.asname or alias.name)] = None
    return tuple(found)


def alias_for(binding: Import, taken: Collection[str]) -> str:
    """A name for a binding whose own is taken: its module's in front of it."""
    words = [part.strip("_") for part in binding.module.split(".")]
    own = binding.bound.replace(".", "_")
    for count in range(1, len(words) + 1):
        prefix = "_".join(words[-count:])
        alias = prefix.title().replace("_", "") + own if own[:1].isupper() else f"{prefix}_{own}"
        if alias not in taken:
            return alias
    return f"{own}_"


def render_imports(imports: Iterable[Import], first_party: Collection[str]) -> str:
    """The import block of a file: standard library, third party, first party."""
    sections: dict[int, set[Import]] = {}
    for binding in imports:
        sections.setdefault(_section(binding.module, first_party), set()).add(binding)
    return "\n\n".join(_render_section(sections[key]) for key in sorted(sections))


def _section(module: str, first_party: Collection[str]) -> int:
    root = module.split(".", maxsplit=1)[0]
    if root == "__future__":
        return 0
    if root in first_party:
        return 3
    return 1 if root in sys.stdlib_module_names else 2


def _render_section(imports: Iterable[Import]) -> str:
    plain, members = [], dict[str, list[Import]]()
    for binding in imports:
        if binding.name is None:
            plain.append(binding)
        else:
            members.setdefault(binding.module, []).append(binding)
    lines = [_plain(b) for b in sorted(plain, key=lambda b: _natural(b.module))]
    for module in sorted(members, key=_natural):
        lines += _from(module, members)
    return "\n".join(lines)


def _plain(binding: Import) -> str:
    is_aliased = binding.bound != binding.module
    return f"import {binding.module}" + (f" as {binding.bound}" if is_aliased else "")


def _from(module: str, members: Mapping[str, list[Import]]) -> list[str]:
    """One statement for all names, and one for each that is renamed, by their first names."""
    ordered = sorted(members[module], key=_member_order)
    own = ", ".join(str(b.name) for b in ordered if b.name == b.bound)
    lines: dict[str, None] = {}
    for binding in ordered:
        is_own = binding.name == binding.bound
        what = own if is_own else f"{binding.name} as {binding.bound}"
        lines[f"from {module} import {what}"] = None
    return list(lines)


def _member_order(binding: Import) -> tuple[int, list[tuple[int, str | int]], str]:
    name = str(binding.name)
    is_constant = len(name) > 1 and name.isupper()
    rank = 0 if is_constant else 1 if name[:1].isupper() else 2
    return (rank, _natural(name), binding.bound)


def _natural(name: str) -> list[tuple[int, str | int]]:
    parts = re.split(r"(\d+)", name.lower())
    return [(0, int(p)) if p.isdigit() else (1, p) for p in parts if p]
