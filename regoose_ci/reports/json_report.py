"""``report.json`` as text, back again, and its published schema."""

from __future__ import annotations

import json
import re
from typing import ClassVar

from pydantic import JsonValue, TypeAdapter, ValidationError
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from regoose_ci.domain.report import ReviewReport
from regoose_ci.errors import InfrastructureError

MAX_BYTES = 32 * 1024 * 1024
"""A report larger than this is refused unread: it may come from a run that we do not trust."""

_SCHEMA_ID = "urn:regoose-ci:report:1"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SURROGATE = re.compile("[\ud800-\udfff]")
_JSON_OBJECT = TypeAdapter(dict[str, JsonValue])


class ReportFormatError(InfrastructureError):
    """A text is not a report of schema version 1."""

    kind: ClassVar[str] = "report_format"


class _EveryFieldRequired(GenerateJsonSchema):
    """We always write fields that have a default, so a reader may rely on them."""

    def field_is_required(
        self,
        field: core_schema.ModelField  # noqa: ARG002 - pydantic's signature
        | core_schema.DataclassField
        | core_schema.TypedDictField,
        total: bool,  # noqa: ARG002
    ) -> bool:
        return True


def to_json(report: ReviewReport) -> str:
    """Return the report as JSON in the models' key order, with a newline at the end.

    Half of a surrogate pair, as in a file name that is not UTF-8, has no JSON text: it is
    written as its escape sequence, so that every session leaves a report that can be read.
    """
    content = json.dumps(report.model_dump(mode="json"), indent=2, ensure_ascii=False)
    return _SURROGATE.sub(lambda half: f"\\\\u{ord(half[0]):04x}", content) + "\n"


def parse(text: str | bytes) -> ReviewReport:
    """Read a report that somebody else may have written.

    Raises:
        ReportFormatError: It is too large, not JSON, or does not match the schema. The message
            names the place but never repeats the offending value.
    """
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(raw) > MAX_BYTES:
        raise ReportFormatError(
            f"The report has {len(raw):,} bytes, more than the {MAX_BYTES:,} that are read.",
            "Review fewer functions at once with --only.",
        )
    try:
        return ReviewReport.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])[:120] or "the document"
        raise ReportFormatError(
            f"The report does not match schema version 1: {first['type']} at {place!r}.",
            "Read it with the Regoose CI release that wrote it.",
        ) from None


def schema() -> dict[str, JsonValue]:
    """Return the JSON Schema (2020-12) of ``report.json``; every field is required."""
    generated = _JSON_OBJECT.validate_python(
        ReviewReport.model_json_schema(mode="serialization", schema_generator=_EveryFieldRequired)
    )
    generated["title"] = "Regoose CI report, schema version 1"
    return {"$schema": _DIALECT, "$id": _SCHEMA_ID, **generated}


def schema_text() -> str:
    """Return the schema as kept in ``docs/schema/report-1.json``."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
