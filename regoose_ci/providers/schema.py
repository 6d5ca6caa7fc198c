"""The JSON Schema of an answer, in the subset that servers can enforce while decoding."""

from __future__ import annotations

import json
import re
from functools import lru_cache

from pydantic import BaseModel, JsonValue, TypeAdapter

from regoose_ci.providers.base import AnswerSchema

_OBJECT = TypeAdapter(dict[str, JsonValue])
_LEFT_OUT = frozenset({"title", "default"})
_NAMED = frozenset({"properties", "$defs"})


@lru_cache(maxsize=64)
def answer_schema(answer_type: type[BaseModel]) -> AnswerSchema:
    """The schema of ``answer_type``: nothing besides its fields, and all of them required.

    That is what OpenAI's strict mode asks for; pydantic still fills defaults in where a server
    that enforces nothing leaves a field out.
    """
    plain = _OBJECT.validate_python(answer_type.model_json_schema())
    name = re.sub(r"\W", "_", answer_type.__name__)[:64]
    return AnswerSchema(name, json.dumps(_strict(plain), separators=(",", ":")))


def required_fields(schema: AnswerSchema) -> frozenset[str]:
    """The names that a matching object has at its top."""
    required = _OBJECT.validate_json(schema.text).get("required", [])
    return frozenset(map(str, required)) if isinstance(required, list) else frozenset()


def _strict(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [_strict(item) for item in value]
    if not isinstance(value, dict):
        return value
    strict = {
        key: _strict_values(item) if key in _NAMED else _strict(item)
        for key, item in value.items()
        if key not in _LEFT_OUT
    }
    properties = strict.get("properties")
    if strict.get("type") == "object" and isinstance(properties, dict):
        strict["additionalProperties"] = False
        strict["required"] = list(properties)
    return strict


def _strict_values(value: JsonValue) -> JsonValue:
    """The schemas of a table whose keys are names of fields, even ones like ``title``."""
    if not isinstance(value, dict):
        return value
    return {name: _strict(item) for name, item in value.items()}
