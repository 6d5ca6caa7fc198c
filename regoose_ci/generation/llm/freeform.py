"""Whole tests that a model wrote: what they claim, and the same with right values."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from regoose_ci.analysis.nodes import walk
from regoose_ci.comparison.source import parse_expression
from regoose_ci.comparison.values import python_equal
from regoose_ci.domain.candidates import CandidateKind, CandidateTest
from regoose_ci.domain.observations import Call, Observation, Outcome, OutcomeKind
from regoose_ci.domain.revisions import Revision
from regoose_ci.generation.base import FunctionContext
from regoose_ci.generation.embedded.assertions import checks_of
from regoose_ci.generation.embedded.catching import difference_of
from regoose_ci.generation.embedded.formatting import UnwritableTestError, format_source
from regoose_ci.generation.llm.calls import UnusableError, call_from, inlined
from regoose_ci.generation.llm.negation import negated_code

MODEL: Final = "model"
REPAIRED: Final = "repaired"


@dataclass(frozen=True, slots=True)
class Claim:
    """An assertion that can be looked up by making one call on both revisions.

    It compares ``subject`` (source) with the literal ``expected``; or it is itself the call, that
    has to give True, and ``subject`` is empty; or it expects an exception, and ``expected`` is
    None. ``lines`` are the first and last line of the statement (1-based).
    """

    call: Call
    subject: str
    expected: str | None
    lines: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Draft:
    """A screened test of a model, with the claims in it that can be looked up."""

    name: str
    code: str
    imports: tuple[str, ...]
    claims: tuple[Claim, ...]


def draft_of(code: str, imports: Sequence[str]) -> Draft:
    """Read a screened test: one test function.

    Raises:
        UnusableError: It is not one test function.
    """
    body = ast.parse(code).body
    if len(body) != 1 or not isinstance(body[0], ast.FunctionDef):
        raise UnusableError("it is not one test function")
    function = body[0]
    is_plain = not function.args.args and not function.decorator_list
    claims = tuple(_claims(function, imports)) if is_plain else ()
    return Draft(function.name, code, tuple(imports), claims)


def settle(
    context: FunctionContext, draft: Draft, observed: Mapping[Call, Observation]
) -> CandidateTest:
    """Turn a draft into a candidate, its literals corrected to what head does.

    A test that base satisfies and head does not is left as it is: it catches the change.

    Raises:
        UnusableError: Something other than a literal is wrong with it.
    """
    pairs = [(c, observed[c.call]) for c in draft.claims if c.call in observed]
    for claim, observation in pairs:
        _check_outcome(claim, observation)
    wrong = [(c, o) for c, o in pairs if not _holds(c, o.outcomes[Revision.HEAD])]
    is_catching = bool(wrong) and all(_holds_on_base(c, o) for c, o in pairs)
    if is_catching:
        showing = next((o for _, o in wrong if difference_of(o) is not None), None)
        if showing is None:
            raise UnusableError("what it asserts varies from run to run")
        rest = [o for _, o in pairs if o is not showing]
        return _candidate(context, draft, CandidateKind.CATCHING, (showing, *rest), MODEL)
    for claim, observation in wrong:
        draft = _repaired(draft, claim, observation.outcomes[Revision.HEAD])
    origin: Literal["model", "repaired"] = REPAIRED if wrong else MODEL
    kept = tuple({o.call: o for _, o in pairs}.values())
    return _candidate(context, draft, CandidateKind.HARDENING, kept, origin)


def _claims(function: ast.FunctionDef, imports: Sequence[str]) -> Iterator[Claim]:
    """Claims of straight-line code, up to the first statement that may change what went before."""
    values: dict[str, ast.expr] = {}
    for node in function.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                values[node.targets[0].id] = inlined(node.value, values)
            except UnusableError:
                return
        elif isinstance(node, ast.Assert):
            if _tells_objects_apart(node.test):
                continue
            claim = _compared(node, values, imports) or _asserted(node, values, imports)
            if claim is not None:
                yield claim
        elif isinstance(node, ast.With):
            claim = _raising(node, values, imports)
            if claim is None:
                return
            yield claim
        else:
            return


def _compared(
    node: ast.Assert, values: Mapping[str, ast.expr], imports: Sequence[str]
) -> Claim | None:
    test = node.test
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    if not isinstance(test.ops[0], (ast.Eq, ast.Is)):
        return None
    try:
        expected = inlined(test.comparators[0], values)
        ast.literal_eval(expected)
        call = call_from(test.left, values, imports)
    except (UnusableError, ValueError, TypeError, RecursionError):
        return None
    lines = (node.lineno, node.end_lineno or node.lineno)
    return Claim(call, ast.unparse(test.left), ast.unparse(expected), lines)


def _tells_objects_apart(test: ast.expr) -> bool:
    """Whether it asks for the very same object, which is another one once it is written out."""
    comparisons = (node for node in walk(test) if isinstance(node, ast.Compare))
    return any(
        isinstance(operator, (ast.Is, ast.IsNot)) and not _is_singleton(right)
        for comparison in comparisons
        for operator, right in zip(comparison.ops, comparison.comparators, strict=True)
    )


def _is_singleton(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, bool))


def _asserted(
    node: ast.Assert, values: Mapping[str, ast.expr], imports: Sequence[str]
) -> Claim | None:
    """An assertion of any other kind, observed as a whole: ``sum(shares) == Decimal("20")``."""
    try:
        call = call_from(node.test, values, imports)
    except UnusableError:
        return None
    return Claim(call, "", "True", (node.lineno, node.end_lineno or node.lineno))


def _raising(
    node: ast.With, values: Mapping[str, ast.expr], imports: Sequence[str]
) -> Claim | None:
    context = node.items[0].context_expr
    inner = node.body[0]
    if not (isinstance(context, ast.Call) and ast.unparse(context.func) == "pytest.raises"):
        return None
    if len(node.items) != 1 or len(node.body) != 1 or not isinstance(inner, ast.Expr):
        return None
    try:
        call = call_from(inner.value, values, imports)
    except UnusableError:
        return None
    return Claim(call, "", None, (node.lineno, node.end_lineno or node.lineno))


def _check_outcome(claim: Claim, observation: Observation) -> None:
    head, base = observation.outcomes[Revision.HEAD], observation.outcomes.get(Revision.BASE)
    if not observation.stable:
        raise UnusableError("what it asserts varies from run to run")
    holds_on_base = base is not None and _holds(claim, base)
    if _holds(claim, head) or holds_on_base:
        return
    if claim.expected is None:
        raise UnusableError("the call that it expects to raise does not")
    if head.kind is not OutcomeKind.RETURNED:
        what = head.raised.type if head.raised is not None else head.kind.value
        raise UnusableError(f"a call whose value it asserts ends otherwise: {what}")


def _holds_on_base(claim: Claim, observation: Observation) -> bool:
    base = observation.outcomes.get(Revision.BASE)
    return base is not None and _holds(claim, base)


def _holds(claim: Claim, outcome: Outcome) -> bool:
    """Whether an outcome is what a claim says, or cannot be told from it."""
    if claim.expected is None:
        return outcome.kind is OutcomeKind.RAISED
    if outcome.kind is not OutcomeKind.RETURNED:
        return False
    source = outcome.value.source if outcome.value is not None else None
    if not claim.subject:  # anything else than a plain False may count as true
        return source != "False"
    return source is None or python_equal(source, claim.expected)


def _repaired(draft: Draft, claim: Claim, outcome: Outcome) -> Draft:
    """The test with one assertion written anew from what head gives."""
    assert outcome.value is not None
    if not claim.subject:
        raise UnusableError("something that it asserts does not hold on head")
    checks = checks_of(outcome.value)
    if len(checks) != 1 or parse_expression(claim.subject) is None:
        raise UnusableError("the value it asserts is too large to be written into it")
    first, last = claim.lines
    lines = draft.code.splitlines()
    indent = lines[first - 1][: len(lines[first - 1]) - len(lines[first - 1].lstrip())]
    # As many lines as before: the places of the other claims stay true.
    new = [indent + checks[0].render(claim.subject), *[""] * (last - first)]
    code = "\n".join([*lines[: first - 1], *new, *lines[last:]]) + "\n"
    return dataclasses.replace(draft, code=code, imports=(*draft.imports, *checks[0].imports))


def _candidate(
    context: FunctionContext,
    draft: Draft,
    kind: CandidateKind,
    observations: tuple[Observation, ...],
    origin: Literal["model", "repaired"],
) -> CandidateTest:
    width = context.style.line_length
    try:
        code = format_source(draft.code.strip() + "\n", width)
    except UnwritableTestError as error:
        raise UnusableError("it is not valid Python") from error
    imports = tuple(
        dict.fromkeys([*draft.imports, *(["import pytest"] if "pytest." in code else [])])
    )
    negated = negated_code(code)
    return CandidateTest(
        context.function.id, draft.name, kind, code, imports, origin, observations, negated
    )
