from __future__ import annotations

from collections.abc import Sequence

import anyio
import pytest
from typing_extensions import Unpack

from regoose_ci.domain.candidates import CandidateKind
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.observations import Call, CallKind, Observation
from regoose_ci.errors import GuestError
from regoose_ci.generation.base import FunctionContext
from regoose_ci.generation.llm.generator import LLMGenerator
from regoose_ci.generation.llm.talk import MANY_BRANCHES
from regoose_ci.providers.base import LLMResponse, Message, Options, Tier
from regoose_ci.providers.errors import BudgetExceededError, RecordingError, UnavailableError
from regoose_ci.providers.scripted import ScriptedProvider, ScriptedRequest
from regoose_ci.providers.structured import StructuredAsker
from tests.unit.generation.llm.laboratory import Laboratory, changed_function, observe
from tests.unit.generation.llm.sessions import (
    FUNCTION,
    IMPORTS,
    KNOWN,
    Rehearsals,
    Session,
    answer,
    embedded,
)


def test_proposed_input_that_shows_a_difference_becomes_a_catching_test() -> None:
    session = Session(answer(("test_slugify_limit_of_seven", "slugify('a b', 7)")))
    tests = session.run(turns=1)

    catching = [t for t in tests if t.kind is CandidateKind.CATCHING]
    assert [t.code for t in catching] == [
        'def test_slugify_limit_of_seven():\n    assert slugify("a b", 7) == "a-b"\n'
    ]
    assert catching[0].origin == "model"
    assert catching[0].imports == IMPORTS
    assert "slugify('a b', 7) != 'a-b'" in (catching[0].negated or "")


def test_tests_of_the_embedded_generator_stay_beside_those_of_the_model() -> None:
    tests = Session(answer(("test_x_y", "slugify('a b', 7)"))).run(turns=1)

    assert {t.origin for t in tests} == {"embedded", "model"}
    assert embedded(KNOWN)[0].code in [t.code for t in tests]


def test_expected_value_of_a_whole_test_is_repaired_from_head() -> None:
    code = "def test_slugify_shortens():\n    assert slugify('ab cd', 3) == 'ab'\n"
    tests = Session(answer(tests=[code])).run(turns=1)

    (repaired,) = [t for t in tests if t.origin == "repaired"]
    assert 'assert slugify("ab cd", 3) == "ab-"' in repaired.code


def test_property_in_a_whole_test_is_worded_once() -> None:
    code = "def test_slugify_joins():\n    assert ' ' not in slugify('a b', 7)\n"
    kept = "def test_slugify_dash():\n    result = slugify('a b', 7)\n    assert '-' in result\n"
    tests = Session(answer(tests=[code, kept])).run(turns=1)

    (catching,) = [t for t in tests if t.kind is CandidateKind.CATCHING]
    assert catching.name == "test_slugify_dash"
    assert catching.origin == "model"


def test_function_is_imported_as_in_the_other_tests() -> None:
    known = observe(
        FUNCTION,
        Call(CallKind.FUNCTION, "slugify", None, ("'x'",), (), ("from pkg import slugify",)),
    )
    tests = Session(answer(("test_limit_of_seven", "slugify('a b', 7)"), imports=IMPORTS)).run(
        known, turns=1
    )

    assert {t.imports for t in tests} == {("from pkg import slugify",)}


def test_turns_go_on_while_something_is_gained_and_end_when_nothing_is_missing() -> None:
    session = Session(
        answer(("test_limit_of_seven", "slugify('a b', 7)")),
        answer(("test_negative_limit", "slugify('a', -1)"), ("test_zero", "slugify('a', 0)")),
        answer(("test_limit_of_eight", "slugify('a  b', 8)")),
    )
    session.run()

    assert [t.gained > 0 for t in session.turns[:2]] == [True, True]
    assert session.turns[-1].ending
    assert len(session.small.asked) == len(session.turns)
    assert session.large.asked == []


def test_what_failed_small_is_tried_large_once() -> None:
    nothing = answer(("test_same", "slugify('c d')"))
    session = Session(nothing, nothing, large=[answer(("test_other", "slugify('e f')"))])
    session.run()

    assert [(t.tier, t.gained) for t in session.turns] == [(Tier.SMALL, 0), (Tier.LARGE, 0)]
    assert session.turns[-1].ending == "nothing more was gained"


def test_function_with_many_branches_is_asked_about_large_at_once() -> None:
    checks = "".join(f"    if text == {n}:\n        return {n}\n" for n in range(MANY_BRANCHES))
    source = f"def slugify(text, limit=9):\n{checks}    return text\n"
    function = changed_function(source.replace("== 3", "== 33"), source, [8])
    session = Session(large=[answer()])
    asker = StructuredAsker(session.models)
    generator = LLMGenerator(asker, Laboratory(), Rehearsals(), max_turns=1)
    anyio.run(generator.generate, FunctionContext(function), [])

    assert (len(session.small.asked), len(session.large.asked)) == (0, 1)


def test_one_model_for_both_tiers_is_not_asked_again_when_nothing_is_gained() -> None:
    session = Session(answer(("test_same", "slugify('c d')")))
    session.models[Tier.LARGE] = session.small
    session.run()

    assert len(session.small.asked) == 1


def test_turns_are_limited() -> None:
    session = Session(answer(("test_limit_of_seven", "slugify('a b', 7)")), answer(), answer())
    session.run(turns=1)

    assert [t.ending for t in session.turns] == ["the turns are used up"]


def test_feedback_tells_outcomes_reasons_and_what_is_missing() -> None:
    session = Session(
        answer(("test_a", "slugify('a b', 7)"), ("test_b", "slugify(*[1])")), answer()
    )
    session.run(turns=2)
    told = session.small.asked[1].messages[-1].text

    assert "slugify('a b', 7)\n  base returns 'a-b'\n  head returns 'a b'" in told
    assert "arguments with stars cannot be shown" in told
    assert "Lines that nothing has reached on head: 3" in told


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("slugify(open('/etc/passwd').read())", "opens a file outside tmp_path"),
        ("slugify(__import__('os').getcwd())", "`__import__` is not allowed in a test"),
        ("slugify.__globals__['x'].y()", "`__globals__` reaches into the interpreter"),
        ("print('slugify')", "uses nothing of the project"),
        ("slugify('a'", "`call` is not one Python expression"),
    ],
)
def test_what_may_not_run_is_never_observed(call: str, reason: str) -> None:
    session = Session(answer(("test_x", call)))
    tests = session.run(turns=1)

    assert session.laboratory.asked == []
    assert reason in session.dropped
    assert tests == embedded(KNOWN)


def test_call_that_was_tried_already_is_not_made_again() -> None:
    session = Session(answer(("test_x", "slugify('a b')"), ("test_y", "slugify('c', 7)")), answer())
    session.run(turns=2)

    assert [call.args for call in session.laboratory.asked] == [("'c'", "7")]
    assert "this call was tried already" in session.small.asked[1].messages[-1].text
    assert session.dropped == []


def test_hostile_import_is_dropped_with_its_scenario() -> None:
    hostile = answer(("test_x", "slugify(socket.gethostname())"), imports=["import socket"])
    session = Session(hostile)
    session.run(turns=1)

    assert session.laboratory.asked == []
    assert "`socket` is not among the modules that tests may use" in session.dropped


def test_whole_test_that_forges_its_report_is_dropped() -> None:
    code = (
        "def test_x():\n    from _pytest.reports import TestReport\n"
        "    TestReport.outcome = 'passed'\n    assert slugify('a') == 'z'\n"
    )
    session = Session(answer(tests=[code]))
    tests = session.run(turns=1)

    assert "`_pytest` is the machinery that judges the test" in session.dropped
    assert tests == embedded(KNOWN)


def test_failed_provider_leaves_the_embedded_tests() -> None:
    session = Session(UnavailableError("The server cannot be reached"))
    tests = session.run()

    assert tests == embedded(KNOWN)
    assert [(t.failure, t.ending) for t in session.turns] == [
        ("provider_unavailable", "The server cannot be reached")
    ]


def test_failure_in_a_later_turn_keeps_what_the_first_brought() -> None:
    session = Session(
        answer(("test_limit_of_seven", "slugify('a b', 7)")), UnavailableError("gone")
    )
    tests = session.run()

    assert {t.name for t in tests if t.origin == "model"} == {"test_limit_of_seven"}
    assert session.turns[-1].failure == "provider_unavailable"


def test_used_up_budget_leaves_the_embedded_tests() -> None:
    session = Session()
    session.models[Tier.SMALL] = Broke()
    tests = session.run()

    assert tests == embedded(KNOWN)
    assert [t.failure for t in session.turns] == ["model_budget"]


def test_answer_that_stays_invalid_leaves_the_embedded_tests() -> None:
    session = Session("I cannot do that.", "Really not.")
    tests = session.run()

    assert tests == embedded(KNOWN)
    assert [t.failure for t in session.turns] == ["provider_invalid_answer"]


def test_failed_sandbox_leaves_the_embedded_tests() -> None:
    session = Session(answer(("test_x", "slugify('x', 7)")))

    async def broken(
        function: ChangedFunction, calls: Sequence[Call], killed: frozenset[str]
    ) -> Sequence[Observation]:
        raise GuestError("the guest died")

    generator = LLMGenerator(
        StructuredAsker(session.models), broken, Rehearsals(), on_turn=session.turns.append
    )
    context = FunctionContext(FUNCTION, first_party=("pkg",))
    tests = list(anyio.run(generator.generate, context, [KNOWN]))

    assert tests == embedded(KNOWN)
    assert [t.failure for t in session.turns] == ["guest"]


def test_incomplete_recording_is_told_and_not_taken_for_a_failed_model() -> None:
    session = Session()
    session.models[Tier.SMALL] = Broke(RecordingError("no answer is recorded"))

    with pytest.raises(RecordingError):
        session.run()


def test_functions_are_worked_on_at_the_same_time() -> None:
    def say(_request: ScriptedRequest) -> str:
        return answer()

    provider = ScriptedProvider(say, latency_s=0.05)
    asker = StructuredAsker({Tier.SMALL: provider, Tier.LARGE: provider})
    generator = LLMGenerator(asker, Laboratory(), Rehearsals())
    context = FunctionContext(FUNCTION, first_party=("pkg",))

    async def several() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(4):
                tasks.start_soon(generator.generate, context, [KNOWN])

    anyio.run(several)

    assert provider.most_at_once == 4


class Broke:
    """A model that may not be asked."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error or BudgetExceededError("The budget of 10 requests is used up")

    def get_model_name(self) -> str:
        return "broke"

    def get_max_tokens(self) -> int:
        return 1

    async def generate(
        self,
        messages: Sequence[Message],  # noqa: ARG002 - named by the port
        **options: Unpack[Options],  # noqa: ARG002 - named by the port
    ) -> LLMResponse:
        raise self._error
