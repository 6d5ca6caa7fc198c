"""The labelled answers about the sample package `till`, as a scripted model gives them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TILL = Path(__file__).parent / "till"
_HEADING = re.compile(r"^(===|---) (\w+) (\w+) (.+)$", re.MULTILINE)
_FUNCTION = re.compile(r"Function `(\w+)`")
ACCEPTABLE = frozenset({"good", "wrong"})


@dataclass(frozen=True)
class Sample:
    """One proposal: a whole test, or a scenario."""

    label: str
    function: str
    name: str
    text: str
    is_scenario: bool

    @property
    def as_json(self) -> dict[str, object]:
        """It as `Proposal` has it."""
        if self.is_scenario:
            fields = dict(line.split(": ", 1) for line in self.text.splitlines())
            lists = {key: [fields[key]] for key in ("imports", "setup") if key in fields}
            return {"name": self.name, "call": fields["call"], **lists}
        start = re.search(r"^(@|def )", self.text, re.MULTILINE)
        assert start is not None
        imports = self.text[: start.start()].split("\n")
        return {"imports": [line for line in imports if line], "code": self.text[start.start() :]}


def read_samples(places: Mapping[str, str]) -> tuple[Sample, ...]:
    """Read the bag, with ``{name}`` of each place replaced by what stands there."""
    text = (TILL / "bag.txt").read_text(encoding="utf-8")
    for name, place in places.items():
        text = text.replace("{" + name + "}", place)
    parts = _HEADING.split(text)[1:]
    return tuple(
        Sample(label, function, name.strip(), body.strip() + "\n", mark == "---")
        for mark, label, function, name, body in zip(*[iter(parts)] * 5, strict=True)
    )


def answer_about(prompt: str, samples: tuple[Sample, ...]) -> str:
    """What the bag has about the function that a prompt is about, as a model's answer."""
    asked = _FUNCTION.search(prompt)
    about = [s for s in samples if asked is not None and s.function == asked.group(1)]
    return json.dumps(
        {
            "scenarios": [s.as_json for s in about if s.is_scenario],
            "tests": [s.as_json for s in about if not s.is_scenario],
        }
    )
