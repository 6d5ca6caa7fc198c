"""What people and programs read: JSON, HTML, Markdown and JUnit, made from one report."""

from __future__ import annotations

from regoose_ci.reports.html import render_html
from regoose_ci.reports.json_report import ReportFormatError, parse, schema, schema_text, to_json
from regoose_ci.reports.junit import render_junit
from regoose_ci.reports.markdown import render_comment, render_explanation, render_summary
from regoose_ci.reports.writer import write_report

__all__ = [
    "ReportFormatError",
    "parse",
    "render_comment",
    "render_explanation",
    "render_html",
    "render_junit",
    "render_summary",
    "schema",
    "schema_text",
    "to_json",
    "write_report",
]
