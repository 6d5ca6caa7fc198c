"""What a project's configuration of ruff, black, isort and flake8 says about the look of code."""

from __future__ import annotations

import configparser
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from regoose_ci.analysis.layout import read_pyproject, setting

CONFIGURATION_FILES = (
    "pyproject.toml",
    "ruff.toml",
    ".ruff.toml",
    "setup.cfg",
    "tox.ini",
    ".flake8",
    ".isort.cfg",
)
_QUOTES = {"single": "'", "double": '"'}
_LENGTHS = range(40, 401)
_FORMATTED = 88


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """How imports are sorted; the defaults are those of ruff and of isort's profile ``black``."""

    single_line: bool = False
    mixed_forms: bool = False
    """``import x`` and ``from x import y`` stand together, by module."""
    by_type: bool = True
    """Constants before classes before functions."""
    combined_aliases: bool = False
    lines_between_forms: int = 0
    first_party: tuple[str, ...] = ()
    required: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conventions:
    """What configuration demands; ``None`` where it leaves the choice to the writer."""

    line_length: int | None = None
    quote: str | None = None
    names_of_parameters: str | None = None
    """``tuple``, ``list`` or ``csv``: the first argument of ``parametrize``."""
    rows_of_parameters: str | None = None
    """``list`` or ``tuple``: its second argument."""
    imports: ImportOrder = ImportOrder()


def read_conventions(texts: Mapping[str, str]) -> Conventions:
    """Read configuration files by name; what is not understood demands nothing."""
    pyproject = read_pyproject(texts.get("pyproject.toml", ""))
    own_file = texts.get(".ruff.toml") or texts.get("ruff.toml")
    ruff = read_pyproject(own_file) if own_file else setting(pyproject, "tool.ruff")
    black = setting(pyproject, "tool.black")
    isort = setting(pyproject, "tool.isort") or _section(texts, "isort", "settings")
    names, rows = _parametrization(ruff)
    return Conventions(
        line_length=_line_length(ruff, black, isort, _section(texts, "flake8")),
        quote=_quote(ruff, black),
        names_of_parameters=names,
        rows_of_parameters=rows,
        imports=_import_order(ruff, isort),
    )


def _section(texts: Mapping[str, str], *names: str) -> Mapping[str, object]:
    """A section of the first ini file that has it."""
    for file in (".isort.cfg", ".flake8", "setup.cfg", "tox.ini"):
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read_string(texts.get(file, ""))
        except configparser.Error:
            continue
        for name in names:
            if parser.has_section(name):
                return dict(parser.items(name))
    return {}


def _line_length(ruff: object, black: object, *others: object) -> int | None:
    keys = ("line-length", "line_length", "max-line-length", "max_line_length")
    found = (_number(setting(tool, key)) for tool in (ruff, black, *others) for key in keys)
    default = None if ruff is None and black is None else _FORMATTED
    return next((n for n in found if n is not None and n in _LENGTHS), default)


def _quote(ruff: object, black: object) -> str | None:
    if black is not None:
        return None if setting(black, "skip-string-normalization") is True else '"'
    style = setting(ruff, "format.quote-style")
    style = style or setting(ruff, "lint.flake8-quotes.inline-quotes")
    return _QUOTES.get(style) if isinstance(style, str) else None


def _parametrization(ruff: object) -> tuple[str | None, str | None]:
    """The forms that ruff's rules PT006 and PT007 ask for, where they are selected."""
    selected = {*_selected(ruff, "select"), *_selected(ruff, "extend-select")}
    ignored = {*_selected(ruff, "ignore"), *_selected(ruff, "extend-ignore")}
    options = setting(ruff, "lint.flake8-pytest-style")
    forms: list[str | None] = []
    for rule, key, default in (
        ("PT006", "parametrize-names-type", "tuple"),
        ("PT007", "parametrize-values-type", "list"),
    ):
        asked = selected & {"ALL", "PT", "PT0", rule} and not ignored & {"PT", "PT0", rule}
        form = setting(options, key)
        forms.append((form if isinstance(form, str) else default) if asked else None)
    return forms[0], forms[1]


def _selected(ruff: object, key: str) -> Iterator[str]:
    for place in (f"lint.{key}", key):
        rules = setting(ruff, place)
        if isinstance(rules, list):
            yield from (rule for rule in rules if isinstance(rule, str))


def _import_order(ruff: object, isort: object) -> ImportOrder:
    places = (setting(ruff, "lint.isort"), setting(ruff, "isort"), isort)

    def option(key: str) -> object:
        spellings = (key, key.replace("-", "_"))
        found = (setting(place, spelling) for place in places for spelling in spellings)
        return next((value for value in found if value is not None), None)

    by_type = option("order-by-type")
    return ImportOrder(
        single_line=_is_on(option("force-single-line")),
        mixed_forms=_is_on(option("force-sort-within-sections")),
        by_type=by_type is None or _is_on(by_type),
        combined_aliases=_is_on(option("combine-as-imports")),
        lines_between_forms=_number(option("lines-between-types")) or 0,
        first_party=_words(option("known-first-party")),
        required=_words(option("required-imports")) or _words(option("add-imports")),
    )


def _is_on(value: object) -> bool:
    return value is True or str(value).lower() in {"true", "1", "yes"}


def _number(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isdecimal() and not isinstance(value, bool) else None


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(word.strip() for word in value.replace("\n", ",").split(",") if word.strip())
    return tuple(map(str, value)) if isinstance(value, list) else ()
