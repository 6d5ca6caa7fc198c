"""Job ``describe``: import targets and tell how they can be called."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator

from ..patterns import patterns_of
from ..protocol import REPOSITORY, CallKind, Described, DescribeJob, Parameter, Target, TypeForm
from ..resolve import MissingError, Resolved, ResolveError, dispatched_to, resolve, undecorated
from ..types_of import form_of, or_else, parameters_of

_OPERATORS = frozenset(
    f"__{name}__"
    for name in (
        *("eq", "ne", "lt", "le", "gt", "ge"),
        *(f"{side}{name}" for side in ("", "r", "i") for name in ("add", "sub", "mul", "truediv",
          "floordiv", "mod", "and", "or", "xor", "matmul")),
    )
)  # fmt: skip
"""Methods whose operand often is of the class itself."""


def describe(job: DescribeJob, root: str = REPOSITORY) -> Iterator[Described]:
    """Yield one description for each target, in order; the tree stands at ``root``."""
    for target in job.targets:
        yield _describe(target, root)


def _describe(target: Target, root: str) -> Described:
    try:
        resolved = resolve(target, root)
    except ResolveError as error:
        is_missing = isinstance(error, MissingError)
        return Described(target.id, error=str(error)[:500], is_missing=is_missing)
    function = inspect.unwrap(resolved.function)  # type: ignore[arg-type]
    is_property = resolved.kind is CallKind.PROPERTY
    return Described(
        id=target.id,
        kind=resolved.kind,
        name=resolved.name.expression,
        imports=resolved.name.imports,
        receiver=_receiver(resolved),
        parameters=() if is_property else _parameters(resolved, target),
        is_async=inspect.iscoroutinefunction(function),
        is_generator=inspect.isgeneratorfunction(function),
        patterns=patterns_of(function, resolved.owner),
    )


def _parameters(resolved: Resolved, target: Target) -> tuple[Parameter, ...]:
    drop_first = resolved.owner is not None
    told = parameters_of(resolved.function, drop_first)
    if resolved.owner is not None and len(told) == 1 and resolved.name.expression in _OPERATORS:
        operand = told[0]
        return (dataclasses.replace(operand, type=or_else(operand.type, resolved.owner)),)
    dispatched = dispatched_to(resolved.function, target)
    if dispatched is not None and told:
        return (dataclasses.replace(told[0], type=form_of(dispatched)), *told[1:])
    if not told or all(p.kind in ("var_positional", "var_keyword") for p in told):
        inner = undecorated(resolved.function, target)
        if inner is not resolved.function:
            told = parameters_of(inner, drop_first)
    if resolved.attribute:
        name = TypeForm("literal", values=(repr(resolved.attribute),))
        return (Parameter("name", "positional_only", name), *told)
    return told


def _receiver(resolved: Resolved) -> TypeForm | None:
    return None if resolved.owner is None else form_of(resolved.owner)
