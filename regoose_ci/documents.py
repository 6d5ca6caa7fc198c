"""Write what the program declares into action.yml and the documents: ``python -m`` this."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from regoose_ci.action.inputs import (
    SETTINGS,
    Input,
    all_inputs,
    conversation_inputs,
    review_inputs,
    shown,
)
from regoose_ci.cli_options import SHARED
from regoose_ci.config import NEVER_COMMITTED, Settings, setting_name, variable_name
from regoose_ci.config_sources import OF_THE_PROJECT
from regoose_ci.providers.base import Tier
from regoose_ci.providers.endpoint import Adapter
from regoose_ci.providers.registry import ADAPTERS

_UNKNOWN = "you name it"


def documents(root: Path) -> Mapping[Path, str]:
    """Return the files as they should be, by path."""
    action = {
        "inputs": "".join(map(_declaration, all_inputs())),
        "conversation": _environment(conversation_inputs()),
        "review": _environment(review_inputs()),
    }
    inputs = {"inputs": _input_table(all_inputs())}
    pages = {
        "README.md": inputs,
        "docs/action.md": {**inputs, "outputs": _output_table(root / "action.yml")},
        "docs/configuration.md": {"settings": "\n".join(_settings())},
        "docs/models.md": {"providers": _provider_table(ADAPTERS)},
    }
    texts = {root / "action.yml": _filled(root / "action.yml", action, " *# <{}>\n", " *# </{}>")}
    for name, sections in pages.items():
        texts[root / name] = _filled(root / name, sections, "<!-- {} -->\n", "<!-- /{} -->")
    return texts


def _filled(path: Path, sections: Mapping[str, str], start: str, end: str) -> str:
    """Return the file's text with what stands between the marks of each section replaced."""
    text = path.read_text(encoding="utf-8")
    for name, section in sections.items():
        between = rf"({start.format(name)}).*?({end.format(name)})"
        text = re.sub(between, _put(section), text, flags=re.DOTALL)
    return text


def _put(section: str) -> Callable[[re.Match[str]], str]:
    return lambda found: found[1] + section + found[2]


def _declaration(given: Input) -> str:
    # JSON strings are YAML's too.
    quoted = json.dumps(f"{given.description}.", ensure_ascii=False)
    return f"  {given.name}:\n    description: {quoted}\n    default: {json.dumps(given.default)}\n"


def _environment(inputs: Iterable[Input]) -> str:
    return "".join(f"        {one.variable}: ${{{{ inputs.{one.name} }}}}\n" for one in inputs)


def _input_table(inputs: Iterable[Input]) -> str:
    rows = ((f"`{one.name}`", one.description, _code(one.default)) for one in inputs)
    return _table(("input", "meaning", "default"), rows)


def _output_table(action: Path) -> str:
    """Return the outputs that action.yml declares by hand, each with its description."""
    outputs = action.read_text(encoding="utf-8").partition("\noutputs:\n")[2]
    rows = re.findall(r'^  ([a-z-]+):\n    description: "?(.*?)\.?"?$', outputs, re.MULTILINE)
    return _table(("output", "meaning"), ((f"`{name}`", meaning) for name, meaning in rows))


def _settings() -> Iterator[str]:
    """Yield a section for each setting: its meaning, its default, and what may set it."""
    for field, info in Settings.model_fields.items():
        default = "" if info.default_factory else shown(info.default)
        usual = f"Default: {_code(default)}. " if default else ""
        example = f"Example: {_code(str(info.examples[0]))}. " if info.examples else ""
        yield (
            f"### `{setting_name(field)}`\n\n{info.description}.\n\n"
            f"{usual}{example}Set by {_or(*_places(field))}{_but_not(field)}.\n"
        )


def _places(field: str) -> Iterator[str]:
    if field in SHARED:
        yield f"`--{setting_name(field)}`"
    yield f"`{variable_name(field)}`"
    if field in SETTINGS:
        yield "the action's input"
    if field not in NEVER_COMMITTED:
        yield "`[tool.regoose]`"


def _but_not(field: str) -> str:
    """Return what a change under review could otherwise decide."""
    if field in NEVER_COMMITTED:
        return "; never by a committed file"
    if field in OF_THE_PROJECT:
        return ", in GitHub Actions the base commit's"
    return ", the last not in GitHub Actions"


def _provider_table(adapters: Iterable[Adapter]) -> str:
    rows = (
        (
            f"`{one.name}`",
            _key(one),
            _or(*map(_code, one.url_variables)) or ("its own" if one.base_url else _UNKNOWN),
            ", ".join(_code(one.models[tier]) for tier in Tier if one.models) or _UNKNOWN,
        )
        for one in adapters
    )
    return _table(("provider", "key", "address", "`model`, `large-model`"), rows)


def _key(adapter: Adapter) -> str:
    variables = _or(*map(_code, adapter.key_variables)) or "`REGOOSE_API_KEY`"
    return variables if adapter.needs_key else f"{variables}, if it wants one"


def _or(*names: str) -> str:
    *most, last = names or ("",)
    return f"{', '.join(most)} or {last}" if most else last


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(cells)} |\n" for cells in (heads, *rows)]
    lines.insert(1, f"|{'---|' * len(heads)}\n")
    return "".join(lines)


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def main(root: Path) -> None:
    """Write what differs."""
    for path, text in documents(root).items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
