"""What a model may answer. It proposes inputs; expected values come from running them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _AnswerModel(BaseModel):
    model_config = ConfigDict(frozen=True)


class Scenario(_AnswerModel):
    """One call to make. ``expects`` is what the model thinks will come of it: never asserted."""

    name: str = Field(description="test_… in snake_case, naming the behaviour")
    imports: list[str] = Field(default_factory=list, description="import statements it needs")
    setup: list[str] = Field(
        default_factory=list, description="assignments `name = expression`, each used once"
    )
    call: str = Field(description="one Python expression that calls the function")
    expects: Literal["value", "exception", "changed_argument", "output"] = "value"


class FreeTest(_AnswerModel):
    """A whole test function, for what one call cannot show."""

    imports: list[str] = Field(default_factory=list, description="import statements it needs")
    code: str = Field(description="one function test_…, with assertions")


class Proposal(_AnswerModel):
    """Inputs and tests, the most telling first."""

    scenarios: list[Scenario] = Field(default_factory=list)
    tests: list[FreeTest] = Field(default_factory=list)


class IntentAnswer(_AnswerModel):
    """Five questions about a behaviour change, how sure the answer is, and one sentence why."""

    noteworthy: bool = Field(description="a user of the function could notice it")
    deterministic: bool = Field(description="it does not depend on time, order or chance")
    reachable: bool = Field(description="the public interface leads there")
    legal_input: bool = Field(description="the input is one that the function promises to take")
    intended: Literal["yes", "no", "unknown"]
    confidence: float = Field(description="0 to 1")
    sentence: str = Field(description="one sentence why")
