"""Write the action's inputs into action.yml and the documents: ``python -m`` this, or import it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from regoose_ci.action.inputs import Input, all_inputs, conversation_inputs, review_inputs


def documents(root: Path) -> Mapping[Path, str]:
    """Return the files as they should be, by path."""
    action, readme = root / "action.yml", root / "README.md"
    sections = {
        "inputs": "".join(map(_declaration, all_inputs())),
        "conversation": _environment(conversation_inputs()),
        "review": _environment(review_inputs()),
    }
    text = action.read_text(encoding="utf-8")
    for name, section in sections.items():
        text = _between(text, rf" *# <{name}>\n", rf" *# </{name}>", section)
    table = "".join(map(_row, all_inputs()))
    head = "| input | meaning | default |\n|---|---|---|\n"
    page = _between(
        readme.read_text(encoding="utf-8"), "<!-- inputs -->\n", "<!-- /inputs -->", head + table
    )
    return {action: text, readme: page}


def _between(text: str, start: str, end: str, section: str) -> str:
    return re.sub(rf"({start}).*?({end})", lambda m: m[1] + section + m[2], text, flags=re.DOTALL)


def _declaration(given: Input) -> str:
    # JSON strings are YAML's too.
    quoted = json.dumps(f"{given.description}.", ensure_ascii=False)
    return f"  {given.name}:\n    description: {quoted}\n    default: {json.dumps(given.default)}\n"


def _environment(inputs: Iterable[Input]) -> str:
    return "".join(f"        {one.variable}: ${{{{ inputs.{one.name} }}}}\n" for one in inputs)


def _row(given: Input) -> str:
    default = f"`{given.default}`" if given.default else ""
    return f"| `{given.name}` | {given.description} | {default} |\n"


def main(root: Path) -> None:
    """Write what differs."""
    for path, text in documents(root).items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
