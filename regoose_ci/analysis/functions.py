"""Find the functions whose behaviour a change of one file can alter."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from regoose_ci.analysis.bindings import (
    Binding,
    changed_names,
    constructor_names,
    find_bindings,
    find_reads,
)
from regoose_ci.analysis.definitions import (
    Definition,
    find_classes,
    find_definitions,
    first_line,
    last_line,
)
from regoose_ci.analysis.lines import (
    changed_running_lines,
    neighbours_of_removal,
    running_lines,
)
from regoose_ci.analysis.literals import literals_of_change, read_bindings
from regoose_ci.analysis.moves import pair_moves
from regoose_ci.analysis.source import ParsedModule, parse_source
from regoose_ci.domain.changes import (
    ChangedFile,
    ChangedFunction,
    ChangeKind,
    FunctionSource,
)


class _Revision:
    """One revision of a changed file, with the file's lines that only this revision has."""

    def __init__(self, module: ParsedModule | None, changed: frozenset[int]) -> None:
        self.module = module or ParsedModule("", "", (), ast.Module(body=[], type_ignores=[]))
        self.changed = changed
        self.sorted_changed = sorted(changed)

    @cached_property
    def definitions(self) -> dict[str, Definition]:
        return find_definitions(self.module.tree)

    @cached_property
    def bindings(self) -> dict[str, Binding]:
        return find_bindings(self.module.tree)

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        return find_classes(self.module.tree)

    def changed_in(self, definition: Definition) -> list[int]:
        return definition.select_lines(self.sorted_changed)

    @cached_property
    def telling(self) -> frozenset[str]:
        """Names that literals can be found behind: functions, and what is computed here."""
        computed = (name for name, binding in self.bindings.items() if binding.nodes)
        return frozenset([*computed, *self.definitions])

    def reads_of(self, names: frozenset[str], definition: Definition) -> list[tuple[str, int]]:
        """Reads of some names; the text is searched first, because most functions read none."""
        words = {name.rpartition(".")[2] for name in names} | {"super"}
        spans = (self.module.lines[first_line(n) - 1 : last_line(n)] for n in definition.nodes)
        text = "\n".join("\n".join(lines) for lines in spans)
        if not any(word in text for word in words):
            return []
        found = find_reads(definition, self.classes)
        return [(name, line) for name, line in found if name in names]


@dataclass(frozen=True, slots=True)
class _Place:
    """A function on one revision; ``lines`` stand for the change there."""

    revision: _Revision
    definition: Definition
    lines: frozenset[int]

    def source(self) -> FunctionSource:
        module = self.revision.module
        nodes = self.definition.shown(self.revision.changed)
        start, end = first_line(nodes[0]), last_line(nodes[-1])
        return FunctionSource(
            path=module.path,
            module=module.module,
            qualname=self.definition.qualname,
            first_line=start,
            last_line=end,
            source=_dedent(module.lines[start - 1 : end], nodes[0].col_offset),
            changed_lines=self.lines,
        )


def find_changed_functions(
    changed_file: ChangedFile,
    base_source: str | None,
    head_source: str | None,
    *,
    base_module: str = "",
    head_module: str = "",
) -> tuple[ChangedFunction, ...]:
    """Functions of a file that were added, modified, removed, renamed or impacted.

    A source is ``None`` where the file does not exist; the modules are dotted import names.

    Raises:
        SyntaxError: a source is not Python of this host's version.
    """
    base, head = changed_file.base_path, changed_file.head_path
    return compare_modules(
        changed_file,
        parse_source(base, base_module, base_source) if base and base_source is not None else None,
        parse_source(head, head_module, head_source) if head and head_source is not None else None,
    )


def compare_modules(
    changed_file: ChangedFile, base_module: ParsedModule | None, head_module: ParsedModule | None
) -> tuple[ChangedFunction, ...]:
    """Like ``find_changed_functions``, for sources that are parsed already."""
    base = _Revision(base_module, changed_file.base_lines)
    head = _Revision(head_module, changed_file.head_lines)
    direct = list(_direct_changes(base, head))
    modified = frozenset(f.current.qualname for f in direct if f.change is ChangeKind.MODIFIED)
    impacted: list[ChangedFunction] = []
    if base_module is not None and head_module is not None:
        impacted = list(_impacted(base, head, modified))
    found = pair_moves((*direct, *impacted))
    return tuple(sorted(found, key=lambda f: (f.current.first_line, f.current.qualname)))


def _direct_changes(base: _Revision, head: _Revision) -> Iterator[ChangedFunction]:
    for qualname in dict.fromkeys([*head.definitions, *base.definitions]):
        old, new = base.definitions.get(qualname), head.definitions.get(qualname)
        if old is not None and new is not None:
            is_touched = base.changed_in(old) or head.changed_in(new)
            if is_touched and not old.does_the_same(new):
                yield _modified(base, old, head, new)
        elif new is not None:
            place = _whole(head, new)
            yield _change(ChangeKind.ADDED, place, None, place)
        elif old is not None:
            place = _whole(base, old)
            yield _change(ChangeKind.REMOVED, place, place, None)


def _modified(
    base: _Revision, old: Definition, head: _Revision, new: Definition
) -> ChangedFunction:
    old_running, new_running = _running(old), _running(new)
    removed, added = base.changed_in(old), head.changed_in(new)
    old_lines = changed_running_lines(old_running, removed)
    new_lines = changed_running_lines(new_running, added)
    old_lines = old_lines or neighbours_of_removal(old_running, added, head.changed, base.changed)
    new_lines = new_lines or neighbours_of_removal(new_running, removed, base.changed, head.changed)
    place = _Place(head, new, new_lines)
    return _change(ChangeKind.MODIFIED, place, _Place(base, old, old_lines), place)


def _impacted(
    base: _Revision, head: _Revision, modified: frozenset[str]
) -> Iterator[ChangedFunction]:
    names = changed_names(base.bindings, head.bindings, modified)
    names |= constructor_names({**base.classes, **head.classes}, names)
    names -= base.definitions.keys() | head.definitions.keys()
    if not names:
        return
    for qualname, new in head.definitions.items():
        old = base.definitions.get(qualname)
        if old is None or qualname in modified:
            continue
        old_reads = base.reads_of(names, old)
        new_reads = head.reads_of(names, new) if old_reads else []
        if old_reads and new_reads:
            before = _Place(base, old, _lines_of_reads(old, old_reads))
            place = _Place(head, new, _lines_of_reads(new, new_reads))
            yield _change(ChangeKind.IMPACTED, place, before, place, because_of=new_reads[0][0])


def _change(
    change: ChangeKind,
    current: _Place,
    base: _Place | None,
    head: _Place | None,
    because_of: str | None = None,
) -> ChangedFunction:
    return ChangedFunction(
        change=change,
        kind=current.definition.kind,
        base=base.source() if base else None,
        head=head.source() if head else None,
        is_async=current.definition.is_async,
        parameters=current.definition.parameters(),
        because_of=because_of,
        literals=_literals([place for place in (base, head) if place is not None]),
    )


def _literals(places: Sequence[_Place]) -> tuple[str, ...]:
    reads: list[Binding] = []
    callees: list[Definition] = []
    for place in places:
        revision = place.revision
        others = revision.telling - {place.definition.qualname}
        names = [name for name, _ in revision.reads_of(others, place.definition)]
        reads += read_bindings(names, revision.bindings)
        called = [revision.definitions.get(name) for name in dict.fromkeys(names)]
        callees += [d for d in called if d is not None]
    return literals_of_change([(p.definition, p.revision.changed) for p in places], reads, callees)


def _whole(revision: _Revision, definition: Definition) -> _Place:
    lines = frozenset(line for seen in _running(definition).values() for line in seen)
    return _Place(revision, definition, lines)


def _running(definition: Definition) -> dict[int, frozenset[int]]:
    merged: dict[int, frozenset[int]] = {}
    for node in definition.nodes:
        merged.update(running_lines(node))
    return merged


def _lines_of_reads(definition: Definition, reads: Sequence[tuple[str, int]]) -> frozenset[int]:
    return changed_running_lines(_running(definition), [line for _, line in reads])


def _dedent(lines: Sequence[str], indent: int) -> str:
    """Take the function's indent away; lines of a string that stand further left keep all."""
    return "\n".join(line[indent:] if not line[:indent].strip() else line for line in lines)
