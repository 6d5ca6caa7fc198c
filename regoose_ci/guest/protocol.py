"""What host and guest say to each other: jobs down, results up, as JSON in sized frames.

Standard library only, because the guest's supervisor runs without site-packages. The host
treats results as hostile and validates them against these types (``sandbox/frames.py``).
"""

from __future__ import annotations

import dataclasses
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import BinaryIO

MAX_FRAME = 16 * 1024 * 1024
"""Largest frame either side accepts, in bytes."""

REPOSITORY = "/work/repo"
"""Where the tree of a guest's revision is mounted: the same path for base and head."""
ENVIRONMENT = "/opt/env"
PYTHON = "/opt/python"
GUEST = "/opt/regoose/regoose_guest"
TOOLS = "/opt/regoose/tools"

_HEADER = struct.Struct(">I")


class ProtocolError(Exception):
    """The other side sent something that is not a frame of this protocol."""


def write_frame(stream: BinaryIO, payload: bytes) -> None:
    """Write one frame: 4-byte big-endian length, then the payload."""
    if len(payload) > MAX_FRAME:
        raise ProtocolError(f"frame of {len(payload)} bytes is over the limit of {MAX_FRAME}")
    stream.write(_HEADER.pack(len(payload)) + payload)
    stream.flush()


def read_frame(stream: BinaryIO) -> bytes | None:
    """Read one frame; ``None`` at the end of the stream.

    Raises:
        ProtocolError: the stream ends inside a frame, or the frame is over the limit.
    """
    header = _read_exactly(stream, _HEADER.size)
    if not header:
        return None
    if len(header) < _HEADER.size:
        raise ProtocolError("stream ended inside a frame header")
    (size,) = _HEADER.unpack(header)
    if size > MAX_FRAME:
        raise ProtocolError(f"frame of {size} bytes is over the limit of {MAX_FRAME}")
    payload = _read_exactly(stream, size)
    if len(payload) < size:
        raise ProtocolError("stream ended inside a frame")
    return payload


def _read_exactly(stream: BinaryIO, size: int) -> bytes:
    chunks = []
    while size:
        chunk = stream.read(size)
        if not chunk:
            break
        chunks.append(chunk)
        size -= len(chunk)
    return b"".join(chunks)


# --- Calls and what comes of them -------------------------------------------------------------


class CallKind(str, Enum):
    """How a call is written: ``f(x)``, ``r.m(x)``, or ``r.p`` for a property."""

    FUNCTION = "function"
    METHOD = "method"
    PROPERTY = "property"


@dataclass(frozen=True)
class Call:
    """One call, every part of it Python source that can be pasted into a test.

    ``name`` is an expression naming the callable (``slugify``, ``URL.build``), or for a method
    or property the attribute's name alone; ``imports`` are import statements its parts need.
    """

    kind: CallKind
    name: str
    receiver: str | None = None
    args: tuple[str, ...] = ()
    kwargs: tuple[tuple[str, str], ...] = ()
    imports: tuple[str, ...] = ()


class OutcomeKind(str, Enum):
    """``unbuildable``: an argument or the receiver could not be made, the call never happened."""

    RETURNED = "returned"
    RAISED = "raised"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    UNBUILDABLE = "unbuildable"


@dataclass(frozen=True)
class Value:
    """A value as seen from outside its process.

    ``type`` is its type's qualified name. ``source`` is Python source that builds an equal
    value, when there is some within the size limit (``imports`` it needs beside it). Otherwise
    ``parts`` maps projections, templates with one ``{}`` (``{}.path``, ``{}[0]``, ``str({})``),
    to the values they give.
    """

    type: str
    source: str | None = None
    imports: tuple[str, ...] = ()
    parts: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Raised:
    """An exception; ``deliberate`` when a ``raise`` statement of the reviewed tree made it.

    ``imports`` and ``name`` say how a test names its type.
    """

    type: str
    message: str
    name: str
    imports: tuple[str, ...] = ()
    deliberate: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of one call: its result or exception, changed arguments, and written output.

    ``awaited`` and ``iterated`` say that ``value`` is what awaiting the result gave, or a list
    of the first items it yielded. ``changed_arguments`` maps a position (``"0"``), a keyword or
    ``"self"`` to the argument's value after the call, for those that the call changed.
    """

    kind: OutcomeKind
    value: Value | None = None
    raised: Raised | None = None
    awaited: bool = False
    iterated: bool = False
    changed_arguments: Mapping[str, Value] = field(default_factory=dict)
    stdout: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Reach:
    """Lines of watched functions a call reached, and its (from, to) line pairs, by path."""

    lines: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    arcs: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)


# --- Jobs -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class GuestSetup:
    """The first frame a guest gets: how children see the project.

    ``import_roots`` and ``site_dirs`` are paths inside the guest; ``preload`` are modules of our
    own tools that the supervisor imports before it forks.

    ``memory_mb`` and ``file_mb`` bound each process and each file. ``memory_total_mb`` is for the
    watchdog, where the engine does not bound the memory of all processes together (0: it does),
    and ``tmp_files`` is the number of files that may lie in ``/tmp``.
    """

    import_roots: tuple[str, ...]
    site_dirs: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    preload: tuple[str, ...] = ()
    memory_mb: int = 512
    file_mb: int = 64
    memory_total_mb: int = 0
    tmp_files: int = 20_000


@dataclass(frozen=True)
class Target:
    """A function of the reviewed project. ``path`` is relative to the repository."""

    id: str
    path: str
    module: str
    qualname: str
    first_line: int
    last_line: int


@dataclass(frozen=True)
class TypeForm:
    """A type, as far as inputs can be made from it.

    ``kind`` is a builtin's name, ``literal`` and ``enum`` (members in ``values``, as source),
    ``class`` (``name`` and ``parameters`` of its constructor), ``union``, ``callable``,
    ``any``, ``none``, or ``unknown``.
    """

    kind: str
    args: tuple[TypeForm, ...] = ()
    values: tuple[str, ...] = ()
    name: str = ""
    imports: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True)
class Parameter:
    """A parameter; ``kind`` as ``inspect`` names it in lower case; ``default`` as source."""

    name: str
    kind: str
    type: TypeForm
    default: str | None = None
    required: bool = True


@dataclass(frozen=True)
class DescribeJob:
    """Import targets and tell how they can be called."""

    targets: tuple[Target, ...]


@dataclass(frozen=True)
class Described:
    """How a target can be called; ``error`` says why it cannot be found or imported."""

    id: str
    error: str = ""
    kind: CallKind = CallKind.FUNCTION
    name: str = ""
    imports: tuple[str, ...] = ()
    receiver: TypeForm | None = None
    parameters: tuple[Parameter, ...] = ()
    is_async: bool = False
    is_generator: bool = False


@dataclass(frozen=True)
class EvaluateJob:
    """Make calls, one after the other, and tell what came of each.

    ``watch`` are the functions whose reached lines are wanted; ``call_timeout`` in seconds. No
    call is begun after ``seconds``; those not made are missing from the results.
    """

    calls: tuple[Call, ...]
    watch: tuple[Target, ...] = ()
    call_timeout: float = 2.0
    seconds: float = 60.0


@dataclass(frozen=True)
class Evaluated:
    """One call's outcome; ``index`` counts the calls of the job from 0."""

    index: int
    outcome: Outcome
    reach: Reach = field(default_factory=Reach)


@dataclass(frozen=True)
class Fault:
    """A mutant: the target's whole ``source`` with one small fault in it."""

    id: str
    source: str


@dataclass(frozen=True)
class MutateJob:
    """Put faults into a loaded function, one after the other, and make calls with each.

    Times in seconds; no fault is begun after ``seconds``.
    """

    target: Target
    faults: tuple[Fault, ...]
    calls: tuple[Call, ...]
    call_timeout: float = 0.5
    seconds: float = 5.0


@dataclass(frozen=True)
class Mutated:
    """Which calls (by index) came out differently with a fault in place.

    ``equivalent`` says that it compiles to the same code, or that it cannot be put in place.
    """

    id: str
    killed_by: tuple[int, ...] = ()
    equivalent: bool = False


@dataclass(frozen=True)
class RecordJob:
    """Run existing tests and record calls that reach targets. Paths relative to the repository.

    Tests that use one of ``names`` are run first: the time may not suffice for all.
    """

    files: tuple[str, ...]
    targets: tuple[Target, ...]
    names: tuple[str, ...] = ()
    seconds: float = 10.0
    max_calls: int = 200


@dataclass(frozen=True)
class Recorded:
    """A call made by an existing test that reached ``target``.

    ``direct`` when it is a call of the target itself, else it is the public call through which
    the test came there. ``in_contract`` is false when the call ended in an exception or stood
    where a test expects one.
    """

    target: str
    call: Call
    direct: bool
    in_contract: bool
    test: str


@dataclass(frozen=True)
class RunTestJob:
    """Run one test of a generated file. ``watch`` are functions whose covered lines are wanted."""

    file_name: str
    source: str
    test: str
    watch: tuple[Target, ...] = ()


@dataclass(frozen=True)
class TestRun:
    """pytest's record of one test. ``outcome`` is passed, failed, error or none (not collected)."""

    __test__ = False

    collected: tuple[str, ...]
    outcome: str
    duration: float = 0.0
    detail: str = ""
    reach: Reach = field(default_factory=Reach)


# --- Frames -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Request:
    """One job for the guest. ``worker`` names a child that stays loaded; empty: a fresh child.

    ``deadline`` in seconds for the whole job; the child is killed at it.
    """

    id: int
    job: str
    payload: dict[str, object]
    deadline: float
    worker: str = ""


@dataclass(frozen=True)
class Reply:
    """The end of a request, as the supervisor saw it.

    ``exit_code`` and ``signal`` are the child's wait status if it is gone. ``timed_out`` says that
    the supervisor killed it at the deadline, ``limit`` names the limit that it was killed for.
    """

    id: int
    exit_code: int | None = None
    signal: int | None = None
    timed_out: bool = False
    limit: str = ""
    error: str = ""


ITEM = b"i"
END = b"e"
"""First byte of every frame that comes up: a result item, which is the child's word, or the end
of a request. The child marks its frames for the supervisor, and the supervisor its own for the
host, so that a child cannot speak as the supervisor."""


def to_json(value: object) -> bytes:
    """Encode a protocol value as JSON; what has its default is left out."""
    return json.dumps(_plain(value), ensure_ascii=True, separators=(",", ":")).encode("ascii")


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, (int, float, bool)) or value is None:
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        named = ((name, getattr(value, name), default) for name, default in _defaults(type(value)))
        return {name: _plain(field) for name, field, default in named if field != default}
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    raise TypeError(f"{type(value).__name__} is not a protocol value")


_REQUIRED = object()


@cache
def _defaults(kind: type) -> tuple[tuple[str, object], ...]:
    """Return a dataclass's fields, each with its default or a mark that equals nothing."""
    found: list[tuple[str, object]] = []
    for one in dataclasses.fields(kind):
        default: object = _REQUIRED
        if one.default is not dataclasses.MISSING:
            default = one.default
        elif one.default_factory is not dataclasses.MISSING:
            default = one.default_factory()
        found.append((one.name, default))
    return tuple(found)
