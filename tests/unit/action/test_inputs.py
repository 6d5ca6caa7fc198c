from __future__ import annotations

import pytest

from regoose_ci.action.inputs import SETTINGS, ActionSettings, read_inputs
from regoose_ci.config import Settings
from regoose_ci.errors import UsageError


def test_settings_that_are_inputs_exist() -> None:
    assert set(SETTINGS) <= set(Settings.model_fields)


def test_inputs_are_read_from_their_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGOOSE_ACTION_COMMENT", "false")
    monkeypatch.setenv("REGOOSE_ACTION_SKIP", "draft bot")
    monkeypatch.setenv("REGOOSE_ACTION_ARTIFACT", "")

    expected = ActionSettings(comment=False, skip=("draft", "bot"))
    assert read_inputs().model_dump() == expected.model_dump()


@pytest.mark.parametrize(
    ("name", "value"), [("COMMENT", "perhaps"), ("SKIP", "mine"), ("ARTIFACT", "a/../b")]
)
def test_a_wrong_input_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"REGOOSE_ACTION_{name}", value)

    with pytest.raises(UsageError, match=f"The input {name.lower()} is wrong"):
        read_inputs()
