"""Types of parameters, as forms that the host can make inputs from."""

from __future__ import annotations

import enum
import inspect
import sys
import types
import typing
from collections.abc import Sequence

from .annotations import evaluated, hints_of
from .forms import CONTAINERS, FORMS, NAMED, PLAIN, SCIENTIFIC, STANDARD
from .makers import (
    changers_of,
    children_of,
    classes_with,
    implementations_of,
    makers_of,
)
from .naming import Name, name_of
from .protocol import Parameter, TypeForm
from .sources import SourceWriter, UnprintableError
from .usage import Usage, documented_types, usages_of

MAX_DEPTH = 4
DEEP = 2
"""Below it, classes are described by their constructor alone."""
UNKNOWN = TypeForm("unknown")
_FILE_NAME = TypeForm("union", (TypeForm("file_name"), TypeForm("str")))

_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def parameters_of(function: object, drop_first: bool) -> tuple[Parameter, ...]:
    """Describe the parameters of ``function``; ``drop_first`` leaves out ``self``."""
    return _Reader(0).parameters(function, drop_first)


def form_of(annotation: object) -> TypeForm:
    """Describe one type annotation."""
    return _Reader(0).form(annotation)


def or_else(form: TypeForm, kind: type) -> TypeForm:
    """Describe what is of a class or, as ``form`` may tell, something else."""
    own = form_of(kind)
    if form == UNKNOWN or form.kind == "any":
        return _either([own, UNKNOWN])
    return form if own in form.args or own == form else _either([own, form])


class _Reader:
    def __init__(self, depth: int) -> None:
        self._depth = depth

    def parameters(self, function: object, drop_first: bool) -> tuple[Parameter, ...]:
        try:
            signature = inspect.signature(function)  # type: ignore[arg-type]
        except (ValueError, TypeError):
            return ()
        found = list(signature.parameters.values())[1 if drop_first else 0 :]
        held = _held_by(function) if all(p.kind in _VARIADIC for p in found) else None
        if held is not None:
            return (Parameter("contents", "positional_only", TypeForm(held)),)
        hints = hints_of(function)
        open_to_all = [p.name for p in found if _is_open(hints.get(p.name, p.annotation))]
        guesses = self._guesses(function, open_to_all)
        names = [p.name for p in found if p.annotation in (str, "str")]
        guesses.update(dict.fromkeys(_opened(function, names), _FILE_NAME))
        return tuple(
            self._parameter(p, hints.get(p.name, p.annotation), guesses.get(p.name, UNKNOWN))
            for p in found
        )

    def _guesses(self, function: object, names: list[str]) -> dict[str, TypeForm]:
        """Guess the types of parameters that may be anything, from documentation and use.

        A guess is a union with ``unknown``: it may be wrong.
        """
        module = sys.modules.get(getattr(function, "__module__", None) or "")
        if not names or module is None:
            return {}
        told = documented_types(function, names)
        usages = usages_of(function)
        guesses = {name: self._used(usages[name], module) for name in names if name in usages}
        guesses.update({name: self._told(told[name], module) for name in told})
        known = {name: form for name, form in guesses.items() if form is not UNKNOWN}
        return {name: TypeForm("union", (form, UNKNOWN)) for name, form in known.items()}

    def _told(self, text: str, module: types.ModuleType) -> TypeForm:
        if text in FORMS:
            return TypeForm(text)
        annotation = evaluated(text, module)
        return UNKNOWN if annotation is None else self._safely(annotation)

    def _used(self, usage: Usage, module: types.ModuleType) -> TypeForm:
        if usage.classes:
            forms = [self._told(name, module) for name in usage.classes]
            known = tuple(form for form in forms if form is not UNKNOWN)
            return TypeForm("union", known) if known else UNKNOWN
        if usage.arities:
            taken = (TypeForm("any"),) * min(usage.arities)
            return TypeForm("callable", (*taken, TypeForm("any")))
        kind = usage.kind()
        if kind:
            return TypeForm(kind)
        found = classes_with(usage.telling, module) if usage.telling else []
        return TypeForm("union", tuple(map(self._safely, found))) if found else UNKNOWN

    def _parameter(
        self, parameter: inspect.Parameter, annotation: object, guess: TypeForm
    ) -> Parameter:
        is_guessed = guess is not UNKNOWN or annotation is inspect.Parameter.empty
        form = guess if is_guessed else self._safely(annotation)
        required = parameter.default is inspect.Parameter.empty
        default = None if required else _source(parameter.default)
        kind = parameter.kind.name.lower()
        return Parameter(parameter.name, kind, form, default, required)

    def _safely(self, annotation: object) -> TypeForm:
        try:
            return self.form(annotation)
        except Exception:  # noqa: BLE001 - metaclasses of reviewed code may raise anywhere
            return UNKNOWN

    def form(self, annotation: object) -> TypeForm:
        if self._depth >= MAX_DEPTH:
            return UNKNOWN
        inner = _Reader(self._depth + 1)
        if annotation is None or annotation is typing.Any:
            return TypeForm("none" if annotation is None else "any")
        if isinstance(annotation, typing.TypeVar):
            bound = annotation.__constraints__[:1] or (annotation.__bound__,)
            return inner.form(bound[0]) if bound[0] is not None else TypeForm("any")
        if isinstance(annotation, typing.NewType):
            return inner.form(annotation.__supertype__)
        if type(annotation).__name__ == "TypeAliasType":  # ``type X = …`` of Python 3.12
            return inner.form(getattr(annotation, "__value__", None))
        origin = typing.get_origin(annotation)
        if origin is not None:
            return inner._generic(origin, typing.get_args(annotation))
        if isinstance(annotation, type):
            return inner._class(annotation)
        return UNKNOWN

    def _generic(self, origin: object, args: tuple[object, ...]) -> TypeForm:
        if origin is typing.Union or origin is types.UnionType:
            return TypeForm("union", tuple(self.form(a) for a in args))
        if origin is typing.Literal:
            return TypeForm("literal", values=tuple(repr(a) for a in args))
        if origin is typing.Annotated or str(origin) in ("typing.Final", "typing.ClassVar"):
            return self.form(args[0])
        if args == (bytes,) and origin is typing.IO:
            return TypeForm("byte_stream")
        kind = CONTAINERS.get(origin)
        if kind is None:
            return self._class(origin) if isinstance(origin, type) else UNKNOWN
        if kind == "callable":
            return self._callable(*args)
        forms = [TypeForm("ellipsis") if a is Ellipsis else self.form(a) for a in args]
        return TypeForm(kind, tuple(forms))

    def _callable(self, taken: object, given: object) -> TypeForm:
        """Describe what a function takes, if that is told, and last what it gives."""
        if not isinstance(taken, (list, tuple)):
            return TypeForm("callable")
        return TypeForm("callable", tuple(self.form(a) for a in (*taken, given)))

    def _class(self, kind: type) -> TypeForm:
        plain = PLAIN.get(kind) or CONTAINERS.get(kind)
        if plain is not None:
            return TypeForm(plain)
        if kind.__module__.split(".")[0] in STANDARD and kind.__name__ in NAMED:
            return TypeForm(NAMED[kind.__name__])
        scientific = SCIENTIFIC.get((kind.__module__.split(".")[0], kind.__name__))
        if scientific is not None:
            return TypeForm(scientific)
        if typing.is_typeddict(kind):
            return TypeForm("record", parameters=self._keys(kind))
        name = name_of(kind)
        if name is None:
            return UNKNOWN
        if issubclass(kind, enum.Enum):
            members = tuple(f"{name.expression}.{m}" for m in list(kind.__members__)[:20])
            return TypeForm("enum", values=members, name=name.expression, imports=name.imports)
        if getattr(kind, "_is_protocol", False) or inspect.isabstract(kind):
            return self._abstract(kind, name)
        children = children_of(kind) if self._depth < DEEP else []
        forms = [form for child in children if (form := self._child(child)) is not None]
        return _either([*forms, self._buildable(kind, name)])

    def _keys(self, kind: type) -> tuple[Parameter, ...]:
        required: frozenset[str] = getattr(kind, "__required_keys__", frozenset())
        return tuple(
            Parameter(key, "keyword_only", self.form(annotation), required=key in required)
            for key, annotation in hints_of(kind).items()
        )

    def _abstract(self, kind: type, name: Name) -> TypeForm:
        """Describe what stands for a class that has no objects of its own."""
        found = [self._class(one) for one in implementations_of(kind)]
        if not found:
            return TypeForm("abstract", name=name.expression, imports=name.imports)
        return _either(found)

    def _child(self, kind: type) -> TypeForm | None:
        name = name_of(kind)
        return None if name is None else self._buildable(kind, name)

    def _buildable(self, kind: type, name: Name) -> TypeForm:
        """Describe a class by its constructor and by other functions that make its objects."""
        steps = tuple(
            TypeForm("method", name=attribute, parameters=self.parameters(method, drop_first=True))
            for attribute, method in (changers_of(kind) if self._depth < DEEP else ())
        )
        makers = makers_of(kind, name) if self._depth <= DEEP else ()
        ways = [
            TypeForm(
                "class",
                args=steps,
                name=made_by.expression,
                imports=made_by.imports,
                parameters=self.parameters(function, drop_first=False),
            )
            for made_by, function in ((name, kind), *makers)
        ]
        return _either(ways)


def _held_by(kind: object) -> str | None:
    """Name the form of the builtin container that a class extends: it takes what that takes."""
    bases = kind.__mro__ if isinstance(kind, type) else ()
    return next((form for base in bases if (form := CONTAINERS.get(base))), None)


def _is_open(annotation: object) -> bool:
    """Tell whether a parameter may be anything: it has no annotation, or one that says so."""
    return annotation in (inspect.Parameter.empty, object, typing.Any)


def _either(forms: Sequence[TypeForm]) -> TypeForm:
    """Return a form for what has one of several; unions among them are spread out."""
    spread = [part for form in forms for part in (form.args if form.kind == "union" else (form,))]
    return spread[0] if len(spread) == 1 else TypeForm("union", tuple(spread))


def _opened(function: object, names: list[str]) -> list[str]:
    """Return those of some parameters that a function opens a file by."""
    usages = usages_of(function) if names else {}
    return [name for name in names if name in usages and "file_name" in usages[name].kinds]


def _source(value: object) -> str | None:
    try:
        written = SourceWriter().write(value)
    except (UnprintableError, Exception):  # noqa: BLE001 - the default's own repr may raise
        return None
    return None if written.imports else written.expression
