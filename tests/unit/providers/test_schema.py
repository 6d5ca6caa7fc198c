from __future__ import annotations

import json

from pydantic import BaseModel, Field

from regoose_ci.providers.schema import answer_schema, required_fields


class Scenario(BaseModel):
    title: str
    default: int = 3


class Ideas(BaseModel):
    scenarios: list[Scenario] = Field(default_factory=list)
    note: str | None = None


def test_every_object_lists_its_fields_as_required_and_allows_no_others() -> None:
    schema = json.loads(answer_schema(Ideas).text)

    assert schema["required"] == ["scenarios", "note"]
    assert schema["additionalProperties"] is False
    inner = schema["$defs"]["Scenario"]
    assert inner["required"] == ["title", "default"]
    assert inner["properties"] == {"title": {"type": "string"}, "default": {"type": "integer"}}


def test_names_the_answer_and_its_required_fields() -> None:
    schema = answer_schema(Ideas)

    assert schema.name == "Ideas"
    assert required_fields(schema) == {"scenarios", "note"}
