"""Import blocks: merged, aliased where names clash, and sorted as ruff's isort rules do."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from regoose_ci.analysis.conventions import ImportOrder
from regoose_ci.analysis.habits import Habits
from regoose_ci.guest.protocol import INPUTS_MODULE

_DEFAULT_ORDER = ImportOrder()


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
            elif isinstance(node, ast.ImportFrom) and _is_elsewhere(node):
                for alias in node.names:
                    found[Import(str(node.module), alias.name, alias.asname or alias.name)] = None
    return tuple(found)


def _is_elsewhere(node: ast.ImportFrom) -> bool:
    """Whether names come from a module, and not from what a test defines itself."""
    return bool(node.module) and not node.level and node.module != INPUTS_MODULE


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


def render_imports(
    imports: Iterable[Import], first_party: Collection[str], order: ImportOrder = _DEFAULT_ORDER
) -> str:
    """The import block of a file: standard library, third party, first party."""
    own = {*first_party, *order.first_party}
    sections: dict[int, set[Import]] = {}
    for binding in imports:
        sections.setdefault(_section(binding.module, own), set()).add(binding)
    return "\n\n".join(_render_section(sections[key], order) for key in sorted(sections))


def in_place_of(binding: Import, habits: Habits) -> tuple[Import, str]:
    """How the project's tests import the same, and what they write for it."""
    name = binding.name
    if name is None or name != binding.bound:
        return binding, binding.bound
    module = binding.module
    public = module.lstrip("_")
    if public in sys.stdlib_module_names:  # `add` says that it comes from `_operator`
        module = public
    module = _home(module, habits.homes.get(name, frozenset()))
    whole = habits.whole_modules.get(module)
    if whole is not None:
        return Import(module, None, whole), f"{whole}.{name}"
    return Import(module, name, name), name


def _home(module: str, homes: Collection[str]) -> str:
    """The package above ``module`` that tests import the same name from."""
    if module in homes:
        return module
    return max((home for home in homes if module.startswith(f"{home}.")), key=len, default=module)


def _section(module: str, first_party: Collection[str]) -> int:
    root = module.split(".", maxsplit=1)[0]
    if root == "__future__":
        return 0
    if root in first_party:
        return 3
    return 1 if root in sys.stdlib_module_names else 2


def _render_section(imports: Iterable[Import], order: ImportOrder) -> str:
    plain: list[tuple[str, str]] = []
    members = dict[str, list[Import]]()
    for binding in imports:
        if binding.name is None:
            plain.append((binding.module, _plain(binding)))
        else:
            members.setdefault(binding.module, []).append(binding)
    plain.sort(key=lambda pair: _natural(pair[0]))
    lines = [
        (module, line)
        for module in sorted(members, key=_natural)
        for line in _from(module, members[module], order)
    ]
    if order.mixed_forms:
        plain, lines = [], sorted([*plain, *lines], key=lambda pair: _natural(pair[0]))
    gap = [""] * order.lines_between_forms if plain and lines else []
    return "\n".join([*(line for _, line in plain), *gap, *(line for _, line in lines)])


def _plain(binding: Import) -> str:
    is_aliased = binding.bound != binding.module
    return f"import {binding.module}" + (f" as {binding.bound}" if is_aliased else "")


def _from(module: str, members: Sequence[Import], order: ImportOrder) -> list[str]:
    """The statements for a module's names: one for all, or one for each where it must be."""
    ordered = sorted(members, key=lambda binding: _member_order(binding, order))
    whole = ", ".join(map(_member, ordered))
    own = ", ".join(_member(b) for b in ordered if b.name == b.bound)
    lines: dict[str, None] = {}
    for binding in ordered:
        what = own if binding.name == binding.bound else _member(binding)
        if order.single_line:
            what = _member(binding)
        elif order.combined_aliases:
            what = whole
        lines[f"from {module} import {what}"] = None
    return list(lines)


def _member(binding: Import) -> str:
    is_aliased = binding.name != binding.bound
    return f"{binding.name} as {binding.bound}" if is_aliased else str(binding.name)


def _member_order(
    binding: Import, order: ImportOrder
) -> tuple[int, list[tuple[int, str | int]], str]:
    name = str(binding.name)
    if not order.by_type:
        return (0, _natural(name), binding.bound)
    is_constant = len(name) > 1 and name.isupper()
    rank = 0 if is_constant else 1 if name[:1].isupper() else 2
    return (rank, _natural(name), binding.bound)


def _natural(name: str) -> list[tuple[int, str | int]]:
    parts = re.split(r"(\d+)", name.lower())
    return [(0, int(p)) if p.isdigit() else (1, p) for p in parts if p]
