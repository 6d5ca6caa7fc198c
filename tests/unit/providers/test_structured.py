from __future__ import annotations

import pytest
from pydantic import BaseModel

from regoose_ci.providers.base import Answer, Finish, Message, Role, Tier
from regoose_ci.providers.errors import InvalidAnswerError, RefusedError, TruncatedError
from regoose_ci.providers.scripted import Line, ScriptedProvider, ScriptedReply
from regoose_ci.providers.structured import StructuredAsker

pytestmark = pytest.mark.anyio
ASK = (Message(Role.USER, "Think of inputs."),)


class Idea(BaseModel):
    call: str
    weight: int = 1


class Ideas(BaseModel):
    ideas: list[Idea] = []


GOOD = '{"ideas": [{"call": "f(1)", "weight": 2}]}'
VALUE = Ideas(ideas=[Idea(call="f(1)", weight=2)])


async def ask(*lines: Line) -> tuple[Answer[Ideas], ScriptedProvider]:
    provider = ScriptedProvider(lines)
    answer = await StructuredAsker({Tier.SMALL: provider}).ask(ASK, Ideas, max_tokens=50)
    return answer, provider


def cut(text: str) -> ScriptedReply:
    return ScriptedReply(text, Finish.LENGTH)


async def test_a_valid_answer_is_taken_as_it_is() -> None:
    answer, provider = await ask(GOOD)

    assert answer.value == VALUE
    assert (answer.repaired, answer.model) == (False, "scripted")
    assert provider.asked[0].options["schema"].name == "Ideas"


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        ("Sorry, no.", "there is no JSON object"),
        ('{"ideas": [{"weight": "heavy", "call": 3}]}', "ideas.0.weight: Input should be a valid"),
        ('{"ideas": [{"call": "f(1)"', "there is no JSON object"),
        ("def f(x) { return x }", "there is no JSON object"),
    ],
)
async def test_an_invalid_answer_is_repaired_once(bad: str, fault: str) -> None:
    answer, provider = await ask(bad, GOOD)

    assert (answer.value, answer.repaired) == (VALUE, True)
    _, quoted, wish = provider.asked[1].messages
    assert quoted == Message(Role.ASSISTANT, bad)
    assert fault in wish.text


async def test_an_answer_that_stays_invalid_is_an_error() -> None:
    with pytest.raises(InvalidAnswerError, match="no valid Ideas"):
        await ask("no", "still no")


async def test_an_answer_that_was_cut_off_is_continued() -> None:
    answer, provider = await ask(cut('{"ideas": [{"call": "f('), '1)", "weight": 2}]}')

    assert answer.value == VALUE
    assert not answer.repaired
    assert "schema" not in provider.asked[1].options
    assert provider.asked[1].options["max_tokens"] == 50


async def test_a_continuation_that_starts_anew_is_taken_too() -> None:
    answer, _ = await ask(cut('{"ideas": [{"call": "f('), GOOD)
    assert answer.value == VALUE


async def test_an_answer_that_cannot_be_continued_is_shortened() -> None:
    answer, provider = await ask(cut('{"ideas": [{"call": "f('), "What was it?", GOOD)

    assert answer.value == VALUE
    assert "much shorter" in provider.asked[2].messages[-1].text
    assert provider.asked[2].options["schema"].name == "Ideas"


async def test_where_reasoning_left_no_room_for_an_answer_all_there_is_is_given() -> None:
    answer, provider = await ask(cut(""), GOOD)
    assert answer.value == VALUE
    assert [request.options["max_tokens"] for request in provider.asked] == [50, 4096]


async def test_an_answer_that_never_fits_is_an_error() -> None:
    with pytest.raises(TruncatedError):
        await ask(cut('{"ideas": ['), cut("["), cut('{"ideas": ['))


async def test_an_inner_object_of_half_an_answer_is_not_the_answer() -> None:
    half = '{"note": {"ideas": []}, "ideas": [{"call": "f(1)'
    answer, provider = await ask(cut(half), "…", GOOD)
    assert answer.value == VALUE
    assert len(provider.asked) == 3


async def test_a_refusal_is_not_asked_again() -> None:
    provider = ScriptedProvider([RefusedError("no")])
    with pytest.raises(RefusedError):
        await StructuredAsker({Tier.SMALL: provider}).ask(ASK, Ideas)
    assert len(provider.asked) == 1


async def test_each_tier_has_its_model() -> None:
    models = {
        Tier.SMALL: ScriptedProvider([GOOD], model="little"),
        Tier.LARGE: ScriptedProvider([GOOD], model="big"),
    }
    asker = StructuredAsker(models)

    assert (await asker.ask(ASK, Ideas, tier=Tier.LARGE)).model == "big"
    assert asker.get_model_name() == "little"
