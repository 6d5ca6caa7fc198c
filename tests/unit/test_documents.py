"""What the documents say is what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from regoose_ci.action.inputs import all_inputs
from regoose_ci.cli import build_cli
from regoose_ci.config import Settings, variable_name
from regoose_ci.documents import documents

ROOT = Path(__file__).parents[2]
SETTINGS_PAGE = "configuration.md"
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_documents_have_what_the_code_declares() -> None:
    for path, text in documents(ROOT).items():
        assert path.read_text(encoding="utf-8") == text, "run: make documents"


def test_every_setting_and_input_is_in_its_document() -> None:
    texts = {path.name: text for path, text in documents(ROOT).items()}

    assert [s for s in Settings.model_fields if variable_name(s) not in texts[SETTINGS_PAGE]] == []
    for name in ("action.yml", "README.md", "action.md"):
        assert [one.name for one in all_inputs() if one.name not in texts[name]] == []


def test_the_readme_has_every_command() -> None:
    group = typer.main.get_command(build_cli())

    assert re.findall(r"^\| `regoose (\w+)", README, re.MULTILINE) == list(vars(group)["commands"])


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_files_that_a_document_links_to_exist(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]

    assert [link for link in links if not (ROOT / link).exists()] == []


def test_rooms_on_the_map_are_the_rooms() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    package = ROOT / "regoose_ci"
    rooms = {f"{p.name}/" for p in package.iterdir() if (p / "__init__.py").exists()}
    modules = {p.name for p in package.glob("*.py")} - {"__init__.py"}

    assert rooms | modules <= set(re.findall(r"`([\w.]+/?)`", text))


def attacks() -> set[int]:
    """Numbers of the attacks that have a test, by its name or by that of a case of it."""
    sources = [path.read_text() for path in (ROOT / "tests/sandbox").glob("test_*.py")]
    found = [re.findall(r"test_a(\d\d)_|[\"']a(\d\d)-", text) for text in sources]
    return {int(number) for text in found for match in text for number in match if number}


def test_every_attack_of_the_list_has_a_test() -> None:
    assert attacks() >= set(range(1, 48))


def test_what_shows_a_promise_exists() -> None:
    security = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \|[^|]+\| ([^|]+) \|$", security, re.MULTILINE)
    shown_by = dict(rows[rows.index(("what an attacker wants", "shown by")) + 2 :])
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))

    assert len(shown_by) >= 11
    for promise, shown in shown_by.items():
        ranges = re.findall(r"\ba(\d\d)(?:\u2013a(\d\d))?", shown)
        numbers = {n for a, b in ranges for n in range(int(a), int(b or a) + 1)}
        named = re.findall(r"`([^`]+)`", shown)
        missing = [n for n in named if not ((ROOT / n).exists() or f"def {n}(" in tests)]
        assert numbers <= attacks(), promise
        assert missing == [], promise
        assert numbers or named, promise
