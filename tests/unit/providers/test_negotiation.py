from __future__ import annotations

from pathlib import Path

import pytest

from regoose_ci.providers.base import AnswerSchema, Finish, Form, Message, Quirk, Role
from regoose_ci.providers.capabilities import Capability, CapabilityStore
from regoose_ci.providers.errors import (
    PromptTooLongError,
    RejectedRequestError,
    UnavailableError,
)
from regoose_ci.providers.negotiation import Negotiator
from regoose_ci.providers.scripted import (
    Line,
    ScriptedProvider,
    ScriptedReply,
    ScriptedRequest,
)

pytestmark = pytest.mark.anyio
ASK = (Message(Role.SYSTEM, "Be short."), Message(Role.USER, "How?"))
SCHEMA = AnswerSchema("mood", '{"type":"object","properties":{"mood":{}},"required":["mood"]}')
GOOD = '{"mood": "fine"}'


def forms(provider: ScriptedProvider) -> list[Form | None]:
    return [request.options["manner"].form for request in provider.asked]


def negotiate(
    provider: ScriptedProvider, store: CapabilityStore, first: Form = Form.SCHEMA
) -> Negotiator:
    return Negotiator(provider, "here", store, first)


def rejects(*names: str) -> RejectedRequestError:
    return RejectedRequestError("no", complaint=" ".join(names))


async def test_a_server_that_enforces_schemas_is_asked_once() -> None:
    provider = ScriptedProvider([GOOD])
    response = await negotiate(provider, CapabilityStore()).generate(ASK, schema=SCHEMA)

    assert response.text == GOOD
    assert forms(provider) == [Form.SCHEMA]
    assert provider.asked[0].messages == ASK


async def test_a_schema_that_is_not_taken_leads_down_to_what_is() -> None:
    provider = ScriptedProvider(
        [
            rejects("response_format json_schema"),
            rejects("response_format schema"),
            rejects("response_format json_object"),
            GOOD,
        ]
    )
    await negotiate(provider, CapabilityStore()).generate(ASK, schema=SCHEMA)

    assert forms(provider) == [Form.SCHEMA, Form.GUIDED, Form.JSON, Form.FENCED]
    assert SCHEMA.text in provider.asked[-1].messages[0].text


async def test_a_schema_that_is_ignored_is_given_in_words() -> None:
    provider = ScriptedProvider(["I feel fine.", '{"feeling": "fine"}', "fine", GOOD])
    response = await negotiate(provider, CapabilityStore()).generate(ASK, schema=SCHEMA)

    assert response.text == GOOD
    assert forms(provider) == [Form.SCHEMA, Form.GUIDED, Form.JSON, Form.FENCED]


async def test_an_answer_that_was_cut_off_says_nothing_about_the_server() -> None:
    provider = ScriptedProvider([ScriptedReply('{"mo', Finish.LENGTH)])
    response = await negotiate(provider, CapabilityStore()).generate(ASK, schema=SCHEMA)

    assert response.finish is Finish.LENGTH
    assert len(provider.asked) == 1


async def test_what_was_learned_is_used_by_the_next_session(tmp_path: Path) -> None:
    path = tmp_path / "capabilities.json"
    first = ScriptedProvider([rejects("response_format"), GOOD])
    await negotiate(first, CapabilityStore(path)).generate(ASK, schema=SCHEMA)

    second = ScriptedProvider([GOOD])
    await negotiate(second, CapabilityStore(path)).generate(ASK, schema=SCHEMA)

    assert forms(second) == [Form.GUIDED]


@pytest.mark.parametrize(
    ("complaint", "quirk"),
    [
        ("unsupported parameter: 'max_tokens'", Quirk.OTHER_LIMIT_NAME),
        ("extra inputs: max_completion_tokens", Quirk.OTHER_LIMIT_NAME),
        ("unsupported value: 'temperature' does not support 0", Quirk.NO_TEMPERATURE),
        ("unknown field seed", Quirk.NO_SEED),
        ("stream_options is not allowed", Quirk.NO_STREAM_USAGE),
    ],
)
async def test_an_option_that_is_not_taken_is_left_out(complaint: str, quirk: Quirk) -> None:
    provider = ScriptedProvider([rejects(complaint), "fine", "fine"])
    negotiator = negotiate(provider, CapabilityStore())

    await negotiator.generate(ASK, temperature=0, seed=1)
    await negotiator.generate(ASK, temperature=0, seed=1)

    assert [quirk in r.options["manner"].quirks for r in provider.asked] == [False, True, True]


@pytest.mark.parametrize(
    "complaint",
    [
        "max_tokens is too large: 9000. this model supports at most 2048 completion tokens",
        "max_tokens: 9000 > 2048, which is the maximum allowed number of output tokens",
        "max_completion_tokens must be less than or equal to 2048",
    ],
)
async def test_a_limit_that_the_server_names_is_kept(complaint: str) -> None:
    provider = ScriptedProvider([rejects(complaint), "fine"], max_tokens=9000)
    negotiator = negotiate(provider, CapabilityStore())

    await negotiator.generate(ASK)

    assert provider.asked[1].options["max_tokens"] == 2048
    assert negotiator.get_max_tokens() == 2048


async def test_several_oddities_are_found_one_after_another() -> None:
    taken = {Quirk.NO_TEMPERATURE, Quirk.OTHER_LIMIT_NAME}

    def say(request: ScriptedRequest) -> Line:
        manner = request.options["manner"]
        if Quirk.NO_TEMPERATURE not in manner.quirks:
            return rejects("temperature")
        if Quirk.OTHER_LIMIT_NAME not in manner.quirks:
            return rejects("max_tokens")
        return rejects("response_format") if manner.form is Form.SCHEMA else GOOD

    store = CapabilityStore()
    await negotiate(ScriptedProvider(say), store).generate(ASK, schema=SCHEMA, temperature=0)

    assert store.get("here") == Capability(Form.GUIDED, frozenset(taken))


async def test_nothing_is_learned_from_a_request_that_fails_in_any_form() -> None:
    provider = ScriptedProvider(lambda _request: rejects("your messages are odd"))
    store = CapabilityStore()

    with pytest.raises(RejectedRequestError):
        await negotiate(provider, store).generate(ASK, schema=SCHEMA)

    assert store.get("here") is None
    assert len(provider.asked) == 2


async def test_other_errors_pass() -> None:
    provider = ScriptedProvider([UnavailableError("gone")])
    with pytest.raises(UnavailableError):
        await negotiate(provider, CapabilityStore()).generate(ASK, schema=SCHEMA)


async def test_without_a_schema_no_form_is_asked_for() -> None:
    provider = ScriptedProvider(["fine"])
    await negotiate(provider, CapabilityStore()).generate(ASK)
    assert forms(provider) == [None]


async def test_an_answer_is_shortened_to_what_the_context_has_room_for() -> None:
    provider = ScriptedProvider([PromptTooLongError("no", room=90), "fine", "fine"])
    negotiator = negotiate(provider, CapabilityStore())

    await negotiator.generate(ASK, max_tokens=1000)
    await negotiator.generate(ASK, max_tokens=1000)

    assert [request.options["max_tokens"] for request in provider.asked] == [1000, 90, 1000]


async def test_a_prompt_that_leaves_no_room_is_an_error() -> None:
    for room in (None, 1000):
        provider = ScriptedProvider([PromptTooLongError("no", room=room)])
        with pytest.raises(PromptTooLongError):
            await negotiate(provider, CapabilityStore()).generate(ASK, max_tokens=1000)
