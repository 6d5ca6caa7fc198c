"""The report page: one file that asks the network for nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from regoose_ci.domain.report import ReviewReport
from regoose_ci.reports import wording
from regoose_ci.reports.html_view import page
from regoose_ci.reports.neutralise import clip, reveal, spans


def render_html(report: ReviewReport, tests: Mapping[str, str]) -> str:
    """Return the page.

    Only the style and the script of this package run in it: the content security policy names
    them by hash. Everything from the report is escaped, and what cannot be seen is shown.

    Args:
        report: The session's report.
        tests: Source of the accepted tests by file name relative to the report directory.
    """
    style = _asset("report.css")
    script = _asset("report.js")
    return _ENVIRONMENT.get_template("html/report.html.j2").render(
        page=page(report, tests),
        report=report,
        style=Markup(style),  # noqa: S704 - our own file, and the policy pins its hash
        script=Markup(script),  # noqa: S704 - as above
        policy="; ".join(
            [
                "default-src 'none'",
                f"style-src '{_hash(style)}'",
                f"script-src '{_hash(script)}'",
                "base-uri 'none'",
                "form-action 'none'",
            ]
        ),
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _asset(name: str) -> str:
    return _ENVIRONMENT.get_template(f"html/{name}").render()


def _sentence(text: str) -> Markup:
    """Show what a sentence puts between backticks as code."""
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if is_code else escape(part)
        for part, is_code in spans(reveal(text))
    )


def _visible(value: object) -> object:
    """Show hidden characters in everything that the template prints and then escapes."""
    return reveal(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("regoose_ci.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        clip=clip,
        count=wording.count,
        generator=wording.generator,
        intent=wording.intent,
        name_of=wording.name_of,
        outcomes=wording.outcomes,
        rejection=wording.rejection,
        sandbox=wording.sandbox,
        seconds=wording.seconds,
        sentence=_sentence,
        skip_reason=wording.skip_reason,
    )
    return environment


_ENVIRONMENT = _environment()
