"""Job ``describe``: import targets and tell how they can be called."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from ..protocol import REPOSITORY, CallKind, Described, DescribeJob, Parameter, Target, TypeForm
from ..resolve import Resolved, ResolveError, resolve
from ..types_of import form_of, parameters_of


def describe(job: DescribeJob, root: str = REPOSITORY) -> Iterator[Described]:
    """Yield one description for each target, in order; the tree stands at ``root``."""
    for target in job.targets:
        yield _describe(target, root)


def _describe(target: Target, root: str) -> Described:
    try:
        resolved = resolve(target, root)
    except ResolveError as error:
        return Described(target.id, error=str(error)[:500])
    function = inspect.unwrap(resolved.function)  # type: ignore[arg-type]
    is_property = resolved.kind is CallKind.PROPERTY
    return Described(
        id=target.id,
        kind=resolved.kind,
        name=resolved.name.expression,
        imports=resolved.name.imports,
        receiver=_receiver(resolved),
        parameters=() if is_property else _parameters(resolved),
        is_async=inspect.iscoroutinefunction(function),
        is_generator=inspect.isgeneratorfunction(function),
    )


def _parameters(resolved: Resolved) -> tuple[Parameter, ...]:
    return parameters_of(resolved.function, drop_first=resolved.owner is not None)


def _receiver(resolved: Resolved) -> TypeForm | None:
    return None if resolved.owner is None else form_of(resolved.owner)
