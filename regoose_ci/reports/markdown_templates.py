"""Markdown templates, filled with what reviewed code may have made up."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from regoose_ci.reports import wording
from regoose_ci.reports.explanation import lines_in_words
from regoose_ci.reports.neutralise import Safe, cell_code, clip, code, fence, html_code, prose


def _shown(value: object) -> object:
    """Neutralise whatever a template prints that was not made safe on purpose."""
    return prose(value) if isinstance(value, str) and not isinstance(value, Safe) else value


def fill(name: str, **values: object) -> Safe:
    """Fill a template of `templates/markdown` with values of which none is trusted."""
    return Safe(_ENVIRONMENT.get_template(f"markdown/{name}.md.j2").render(**values).strip("\n"))


def _environment() -> Environment:
    environment = Environment(  # noqa: S701 - Markdown: _shown() does what autoescape would
        loader=PackageLoader("regoose_ci.reports"),
        undefined=StrictUndefined,
        finalize=_shown,
        keep_trailing_newline=False,
    )
    environment.filters.update(
        clip=clip,
        code=code,
        cell_code=cell_code,
        fence=fence,
        html_code=html_code,
        intent=wording.intent,
        name_of=wording.name_of,
        lines_in_words=lambda lines: Safe(lines_in_words(lines)),  # numbers, nothing else
        generator=wording.generator,
        sandbox=wording.sandbox,
        seconds=wording.seconds,
    )
    return environment


_ENVIRONMENT = _environment()
