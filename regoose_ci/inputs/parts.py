"""The receiver and the arguments of a call as one row."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from regoose_ci.domain.observations import Call


def parts_of(call: Call) -> list[str | None]:
    """Return the sources of the receiver (``None`` without one) and of all arguments, in order."""
    return [call.receiver, *call.args, *(source for _, source in call.kwargs)]


def with_parts(call: Call, parts: Sequence[str | None]) -> Call:
    """Return the call with other parts, as many and in the same order."""
    receiver, *rest = parts
    args = tuple(str(source) for source in rest[: len(call.args)])
    values = rest[len(call.args) :]
    kwargs = tuple((k, str(v)) for (k, _), v in zip(call.kwargs, values, strict=True))
    return dataclasses.replace(call, receiver=receiver, args=args, kwargs=kwargs)
