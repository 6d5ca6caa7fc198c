from __future__ import annotations

from contextlib import nullcontext

import anyio

from regoose_ci.agents.generator import GeneratorAgent, told_once
from regoose_ci.domain.observations import Observation, Outcome
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.findings import FunctionFindings
from regoose_ci.generation.embedded.generator import EmbeddedGenerator
from tests.unit.agents.boards import board
from tests.unit.execution.changed import changed
from tests.unit.generation.observing import call, observation, raised, returned

OUTER, INNER = changed("outer", "text"), changed("inner", "text")


def found(name: str, reached: int, *seen: Observation) -> FunctionFindings:
    findings = FunctionFindings(OUTER if name == "outer" else INNER)
    findings.reached = dict.fromkeys(Revision, reached)
    findings.witnesses = {("kind", str(n)): o for n, o in enumerate(seen)}
    return findings


def show(text: str, base: Outcome, head: Outcome) -> Observation:
    return observation(call("outer", repr(text)), base, head)


def told(*all_findings: FunctionFindings) -> dict[str, list[str]]:
    chosen = told_once(all_findings)
    return {i.rpartition("::")[2]: [o.call.args[0] for o in seen] for i, seen in chosen.items()}


def test_a_difference_is_told_of_the_function_that_the_fewest_inputs_reach() -> None:
    one = show("a", returned("x"), returned("x-"))
    assert told(found("outer", 90, one), found("inner", 3, one)) == {"inner": ["'a'"], "outer": []}


def test_other_calls_that_show_the_same_are_not_told_again() -> None:
    one, same = (show(text, returned(text), returned(text + "-")) for text in ("a", "b"))
    other = show("c", returned("c"), raised("KeyError"))
    assert told(found("inner", 1, one), found("outer", 2, same, other)) == {
        "inner": ["'a'"],
        "outer": ["'c'"],
    }


def test_functions_of_the_same_name_in_other_modules_are_others() -> None:
    here, there = (
        observation(call("outer", "'a'", imports=(f"from {m} import outer",)), one, other)
        for m in ("here", "there")
        for one, other in [(returned("x"), returned("y"))]
    )
    assert told(found("inner", 1, here), found("outer", 2, there)) == {
        "inner": ["'a'"],
        "outer": ["'a'"],
    }


def test_of_other_wordings_of_an_exception_one_is_told() -> None:
    texts = ("a-b", "c d", "3")
    seen = [show(t, raised("KeyError", f"no {t}"), raised("KeyError", f"{t}?")) for t in texts]
    assert told(found("inner", 1, *seen)) == {"inner": ["'a-b'"]}


def test_what_base_and_head_agree_on_is_there_for_every_function() -> None:
    same = show("a", returned("x"), returned("x"))
    inner, outer = found("inner", 1), found("outer", 2)
    inner.kept, outer.kept = [same], [same]
    assert told(inner, outer) == {"inner": ["'a'"], "outer": ["'a'"]}


def test_a_difference_that_is_told_elsewhere_is_not_missing_here() -> None:
    made, _ = board()
    one = show("a", returned("x"), returned("x-"))
    made.findings = {OUTER.id: found("outer", 90, one), INNER.id: found("inner", 3, one)}
    anyio.run(GeneratorAgent(lambda _: nullcontext(EmbeddedGenerator())).run, made)
    assert made.findings[OUTER.id].witnesses == {}
    assert [len(made.candidates[f.id]) for f in (OUTER, INNER)] == [0, 1]
