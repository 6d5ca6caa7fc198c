"""Inputs from types: annotations, defaults, and names and uses where there are none."""

from __future__ import annotations

import ast
import itertools

from regoose_ci.guest.protocol import IT, TMP_PATH, Parameter, TypeForm, recipe
from regoose_ci.inputs.expressions import kind_of, parse
from regoose_ci.inputs.known import KnownObjects
from regoose_ci.inputs.named import texts_for
from regoose_ci.inputs.pool import Pool
from regoose_ci.inputs.standard import STANDARD, Written, functions

MAX_BOUNDARIES = 5
MAX_DEPTH = 3
MAX_OPTIONS = 4
MAX_MET = 3
MAX_STEPS = 3
MAX_VALUES = 6
"""Values of an argument that a class is made with."""
_POSITIONAL = ("positional_only", "positional_or_keyword")
_UNTOLD = ("unknown", "any")
_VARIADIC = ("var_positional", "var_keyword")


_NAMES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("text", "string", "name", "url", "path", "key", "prefix", "suffix", "value", "word", "sep",
      "line", "source", "content", "title", "pattern", "encoding", "char"), "str"),
    (("n", "num", "count", "size", "index", "width", "length", "limit", "depth", "start", "stop",
      "number", "i", "k", "max", "min"), "int"),
    (("items", "iterable", "values", "args", "seq", "sequence", "lines", "words", "list"), "list"),
    (("mapping", "data", "config", "options", "kwargs", "params", "headers"), "dict"),
    (("flag", "strict", "verbose", "is", "has", "use", "allow"), "bool"),
)  # fmt: skip


class TypedInputs:
    """Writes expressions for parameters from their types, with literals from a pool.

    Of ``objects`` that are known, some come before those that constructors make.
    """

    def __init__(self, pool: Pool, objects: KnownObjects | None = None) -> None:
        self._pool = pool
        self._objects = objects or KnownObjects()

    def for_parameter(self, parameter: Parameter) -> list[Written]:
        """Return expressions for one parameter, best first."""
        found = self.for_type(parameter.type)
        if parameter.default is not None:
            found = [Written(parameter.default), *found]
            if parameter.type.kind in _UNTOLD:
                found += self._literals(kind_of(parameter.default), 6)
        if _is_guess(parameter.type) or (len(found) <= 1 and parameter.type.kind in _UNTOLD):
            found += self._from_name(parameter.name)
        return _beside_named(found, parameter.name)

    def for_type(self, form: TypeForm, depth: int = 0) -> list[Written]:
        """Return expressions of a type, best first; none when it cannot be built."""
        if form.kind == "file_name":
            return [Written(f"str({file.source})") for file in self._files()]
        if form.kind == "path":
            return [*STANDARD["path"], *self._files()]
        if form.kind == "callable":
            return list(functions(form))
        if form.kind in STANDARD:
            return list(STANDARD[form.kind])
        if form.kind == "union":
            # Inside another object, plain values are plainer than objects of the same class.
            members = sorted(form.args, key=lambda m: depth > 0 and m.kind == "class")
            by_member = [self.for_type(member, depth) for member in members]
            mixed = itertools.chain.from_iterable(itertools.zip_longest(*by_member))
            return [written for written in mixed if written is not None]
        if form.kind in ("literal", "enum"):
            return [Written(value, form.imports) for value in form.values]
        if form.kind in ("list", "tuple", "set", "frozenset", "dict", "iterator"):
            return self._container(form, depth)
        if form.kind in ("class", "record", "method"):
            met = self._objects.of(form)[:MAX_MET] if depth == 0 else ()
            return list(dict.fromkeys([*met, *self._object(form, depth)]))
        if form.kind in ("str", "int", "float", "bool", "bytes", "complex"):
            return self._literals(form.kind, 16)
        return []

    def used(self, form: TypeForm) -> list[Written]:
        """Return objects of a class after one or two calls of methods that change them."""
        ways = form.args if form.kind == "union" else (form,)
        found: list[Written] = []
        for way in (way for way in ways if way.kind == "class"):
            for made in self._object(way, 0)[:1]:
                found += self._histories(made, way.args[:MAX_STEPS])
        return found

    def _histories(self, made: Written, methods: tuple[TypeForm, ...]) -> list[Written]:
        calls = [self._object(method, 1)[:3] for method in methods]
        histories = [[step] for steps in calls for step in steps[:1]]
        histories += [steps[1:][::-1] for steps in calls if len(steps) > 1]
        histories += [[one[0], other[-1]] for one in calls for other in calls if one and other]
        return [_after(made, steps) for steps in histories]

    def _files(self) -> list[Written]:
        """Return files below ``tmp_path``, with the texts that the project itself uses first."""
        texts = [t for t in self._pool.harvested("str") if "\\n" in t][:2]
        return [
            Written(recipe(f"{TMP_PATH} / 'a.txt'", [f"it.write_text({text})"]))
            for text in (*texts, r"'a\nb\n'", r"'b = 1\na b\n'", "''")
        ]

    def _literals(self, kind: str, count: int) -> list[Written]:
        found = self._pool.mixed(kind, count)
        if kind in ("int", "float"):
            found = [*found, *self._boundaries(found)]
        return [Written(source) for source in dict.fromkeys(found)]

    def _boundaries(self, known: list[str]) -> list[str]:
        """Return the neighbours of the project's whole numbers: what they decide, decides there."""
        numbers = [int(s, 0) for s in self._pool.harvested("int")[:MAX_BOUNDARIES]]
        near = [str(n + step) for n in numbers for step in (0, 1, -1)]
        return [source for source in near if source not in known]

    def _from_name(self, name: str) -> list[Written]:
        words = set(name.lower().split("_"))
        for hints, kind in _NAMES:
            if words & set(hints):
                return self._literals(kind, 8)
        found = [self._literals(kind, 4) for kind in ("str", "int", "list", "float", "dict")]
        return list(itertools.chain.from_iterable(found))

    def _container(self, form: TypeForm, depth: int) -> list[Written]:
        if depth >= MAX_DEPTH or not form.args:
            if form.kind == "iterator":
                return [Written(f"iter({w.source})") for w in self._literals("list", 6)]
            return self._literals(form.kind, 6)
        if form.kind == "dict":
            keys, values = (
                self.for_type(a, depth + 1)[:3] for a in (*form.args, form.args[-1])[:2]
            )
            pairs = list(zip(keys, values, strict=False))
            return [Written("{}"), *(_join("{", pairs[:n], "}") for n in (1, 2) if pairs[:n])]
        if form.kind == "tuple" and form.args[-1].kind != "ellipsis":
            columns = [self.for_type(a, depth + 1)[:3] for a in form.args]
            rows = itertools.zip_longest(*columns, fillvalue=None)
            return [
                _list("(", [w or c[0] for w, c in zip(row, columns, strict=True)], ",)")
                for row in rows
                if all(columns)
            ]
        items = self.for_type(form.args[0], depth + 1)[:4]
        opening, closing = {"set": ("{", "}"), "tuple": ("(", ",)")}.get(form.kind, ("[", "]"))
        empty = {"set": "set()", "frozenset": "frozenset()", "tuple": "()"}.get(form.kind, "[]")
        if form.kind == "frozenset":
            opening, closing = "frozenset([", "])"
        found = [_list(opening, items[:n], closing) for n in (1, 2, 3) if items[:n]]
        if form.kind == "iterator":
            found = [Written(f"iter({w.source})", w.imports) for w in found]
        return [*found, Written(empty)]

    def _object(self, form: TypeForm, depth: int) -> list[Written]:
        """Build objects of a class: what is required first, then one option each."""
        if depth >= MAX_DEPTH:
            return []
        named = [p for p in form.parameters if p.kind not in _VARIADIC]
        columns: list[list[tuple[Parameter, Written]]] = []
        for parameter in (p for p in named if p.required):
            values = self.for_type(parameter.type, depth + 1) or self._from_name(parameter.name)
            if not values:
                return []
            values = _beside_named(values, parameter.name)
            columns.append([(parameter, value) for value in values[:MAX_VALUES]])
        count = max(map(len, columns), default=1)
        rows = [[column[min(n, len(column) - 1)] for column in columns] for n in range(count)]
        for parameter in [p for p in named if not p.required][:MAX_OPTIONS]:
            values = self.for_type(parameter.type, depth + 1)
            changed = [v for v in values[:3] if v.source != parameter.default][:1]
            rows += [[*rows[0], (parameter, value)] for value in changed]
        return list(dict.fromkeys(_construct(form, row) for row in rows))


def _beside_named(found: list[Written], name: str) -> list[Written]:
    """Put texts that a name suggests beside other values, if there are texts among these."""
    has_texts = any(kind_of(written.source) == "str" for written in found)
    turns = itertools.zip_longest(found, map(Written, texts_for(name) if has_texts else ()))
    return list(dict.fromkeys(written for turn in turns for written in turn if written))


def _is_guess(form: TypeForm) -> bool:
    return form.kind == "union" and any(member.kind == "unknown" for member in form.args)


def _after(made: Written, steps: list[Written]) -> Written:
    source = recipe(made.source, [f"{IT}.{step.source}" for step in steps])
    return Written(source, _imports((), [made, *steps]))


def _construct(form: TypeForm, row: list[tuple[Parameter, Written]]) -> Written:
    imports = _imports(form.imports, [value for _, value in row])
    if form.kind == "record":
        pairs = ", ".join(f"{parameter.name!r}: {value.source}" for parameter, value in row)
        return Written(f"{{{pairs}}}", imports)
    parts = [
        value.source if parameter.kind in _POSITIONAL and parameter.required and len(row) <= 2
        else f"{parameter.name}={value.source}"
        for parameter, value in row
    ]  # fmt: skip
    if any(p.kind == "positional_only" for p, _ in row):
        parts = [value.source for _, value in row]
    return Written(f"{form.name}({', '.join(parts)})", imports)


def _list(opening: str, items: list[Written], closing: str) -> Written:
    inside = ", ".join(item.source for item in items)
    source = opening + inside + closing
    node = parse(source)  # what a guest calls values need not be any
    return Written(source if node is None else ast.unparse(node), _imports((), items))


def _join(opening: str, pairs: list[tuple[Written, Written]], closing: str) -> Written:
    inside = ", ".join(f"{key.source}: {value.source}" for key, value in pairs)
    return Written(opening + inside + closing, _imports((), [w for pair in pairs for w in pair]))


def _imports(first: tuple[str, ...], items: list[Written]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*first, *(i for item in items for i in item.imports)]))
