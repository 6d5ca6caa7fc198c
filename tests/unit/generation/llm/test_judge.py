from __future__ import annotations

import json

import anyio
import pytest

from regoose_ci.analysis.intent import Judgement
from regoose_ci.errors import RegooseError
from regoose_ci.generation.llm.answers import IntentAnswer
from regoose_ci.generation.llm.evidence import Seen
from regoose_ci.generation.llm.judge import ModelJudge, weighed
from regoose_ci.generation.llm.questions import IntentQuestion
from regoose_ci.providers.base import Tier
from regoose_ci.providers.errors import UnavailableError
from regoose_ci.providers.scripted import ScriptedProvider
from regoose_ci.providers.structured import StructuredAsker
from tests.unit.generation.llm.laboratory import changed_function

UNKNOWN = Judgement("unknown", 0.0, "Please confirm.")
WEAK_YES = Judgement("yes", 0.6, "The title names it.")
FUNCTION = changed_function("def f(x):\n    return x\n", "def f(x):\n    return -x\n", [2], "f")
QUESTION = IntentQuestion(FUNCTION, Seen("f(1)", "returns 1", "returns -1"), "Tidy", "")


def said(intended: str = "no", confidence: float = 0.9, **answers: bool) -> IntentAnswer:
    questions = ("noteworthy", "deterministic", "reachable", "legal_input")
    facts = {name: answers.get(name, True) for name in questions}
    sentence = "The\n sign is lost."
    return IntentAnswer.model_validate(
        {**facts, "intended": intended, "confidence": confidence, "sentence": sentence}
    )


@pytest.mark.parametrize(
    ("ruled", "answer", "intended", "confidence"),
    [
        (UNKNOWN, said("no"), "no", 0.8),
        (UNKNOWN, said("yes", 0.75), "yes", 0.75),
        (UNKNOWN, said("no", 0.5), "unknown", 0.0),
        (UNKNOWN, said("unknown", 1.0), "unknown", 0.0),
        (UNKNOWN, said("no", legal_input=False), "unknown", 0.0),
        (UNKNOWN, said("no", reachable=False), "unknown", 0.0),
        (UNKNOWN, said("no", deterministic=False), "unknown", 0.0),
        (UNKNOWN, said("yes", legal_input=False), "yes", 0.8),
        (UNKNOWN, said("no", float("nan")), "unknown", 0.0),
        (UNKNOWN, said("no", 1e9), "no", 0.8),
        (WEAK_YES, said("yes"), "yes", 0.8),
        (WEAK_YES, said("no"), "unknown", 0.0),
        (WEAK_YES, said("no", 0.3), "yes", 0.6),
    ],
)
def test_model_is_believed_where_it_is_sure_and_no_rule_speaks_against_it(
    ruled: Judgement, answer: IntentAnswer, intended: str, confidence: float
) -> None:
    judged = weighed(ruled, answer)

    assert (judged.intended, judged.confidence) == (intended, confidence)


def test_rationale_is_one_sentence_that_names_its_source() -> None:
    assert weighed(UNKNOWN, said()).rationale == "The model: The sign is lost."


def judge(provider: ScriptedProvider, ruled: Judgement) -> tuple[Judgement, list[RegooseError]]:
    failures: list[RegooseError] = []
    asker = StructuredAsker({Tier.SMALL: provider, Tier.LARGE: provider})
    return anyio.run(ModelJudge(asker, failures.append).judge, QUESTION, ruled), failures


def test_model_answers_where_rules_are_silent() -> None:
    provider = ScriptedProvider([said().model_dump_json()])
    judged, failures = judge(provider, UNKNOWN)

    assert judged.intended == "no"
    assert failures == []
    assert "returns -1" in provider.asked[0].messages[1].text


def test_model_is_not_asked_where_a_rule_is_sure() -> None:
    provider = ScriptedProvider([])
    ruled = Judgement("no", 0.75, "The title says refactor.")

    assert judge(provider, ruled) == (ruled, [])
    assert provider.asked == []


def test_rules_answer_where_the_model_fails() -> None:
    judged, failures = judge(ScriptedProvider([UnavailableError("gone")]), WEAK_YES)

    assert judged == WEAK_YES
    assert [f.kind for f in failures] == ["provider_unavailable"]


def test_answer_of_another_form_is_refused() -> None:
    wrong = json.dumps({"intended": "of course"})
    judged, failures = judge(ScriptedProvider([wrong, wrong]), UNKNOWN)

    assert judged == UNKNOWN
    assert [f.kind for f in failures] == ["provider_invalid_answer"]
