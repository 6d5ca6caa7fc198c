"""Jobs that a guest does, and their results."""

from __future__ import annotations

from dataclasses import dataclass, field

from .calls import Call, CallKind, Outcome, Reach


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
    ``class`` (``name`` and ``parameters`` of what makes its objects, in ``args`` a ``method``
    each that changes them), ``record`` (a dictionary with known keys), ``union``, ``callable``
    (``args``: what it takes, and last what it gives), ``file_name``, ``any``, ``none``, or
    ``unknown``.
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
class Regex:
    """A regular expression that a function uses."""

    pattern: str
    flags: int


@dataclass(frozen=True)
class Described:
    """How a target can be called; ``error`` says why it cannot be found or imported.

    ``is_missing`` when its module imports, but does not hold it.
    """

    id: str
    error: str = ""
    kind: CallKind = CallKind.FUNCTION
    name: str = ""
    imports: tuple[str, ...] = ()
    receiver: TypeForm | None = None
    parameters: tuple[Parameter, ...] = ()
    is_async: bool = False
    is_generator: bool = False
    patterns: tuple[Regex, ...] = ()
    is_missing: bool = False


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

    No fault is begun after ``seconds`` of processor time, or three times as many by the clock. A
    fault that ``max_killers`` calls noticed is not tried on more.
    """

    target: Target
    faults: tuple[Fault, ...]
    calls: tuple[Call, ...]
    call_timeout: float = 0.5
    seconds: float = 5.0
    max_killers: int = 1000

    @property
    def longest(self) -> float:
        """Seconds by the clock."""
        return 3 * self.seconds


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

    Tests that use one of ``names`` are run first: the time may not suffice for all. The
    interactive examples of ``documents``, modules among them, come before tests.
    """

    files: tuple[str, ...]
    targets: tuple[Target, ...]
    names: tuple[str, ...] = ()
    seconds: float = 10.0
    max_calls: int = 200
    documents: tuple[str, ...] = ()


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
class Made:
    """An object that an existing test made, of a class of the project: an expression for it."""

    class_name: str
    source: str
    imports: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunTestJob:
    """Run one test of a generated file. ``watch`` are functions whose covered lines are wanted.

    With ``seconds``, the test itself may take no longer; its start is not counted.
    """

    file_name: str
    source: str
    test: str
    watch: tuple[Target, ...] = ()
    seconds: float | None = None


@dataclass(frozen=True)
class RunTestsJob:
    """Run several tests of a generated file in one process; one `TestRun` each, in order."""

    file_name: str
    source: str
    tests: tuple[str, ...]
    watch: tuple[Target, ...] = ()
    seconds: float | None = None


@dataclass(frozen=True)
class TestRun:
    """pytest's record of one test.

    ``outcome`` is passed, failed, error, timeout (of a job that names seconds) or none (not
    collected).
    """

    __test__ = False

    collected: tuple[str, ...]
    outcome: str
    duration: float = 0.0
    detail: str = ""
    reach: Reach = field(default_factory=Reach)
