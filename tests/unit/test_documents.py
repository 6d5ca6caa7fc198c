"""What the documents say is what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from regoose_ci.cli import build_cli
from regoose_ci.config import Settings, setting_name

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def settings_table() -> str:
    rows = ["| setting | meaning | default |", "|---|---|---|"]
    for field, info in Settings.model_fields.items():
        has_plain_default = info.default_factory is None and info.default not in (None, "", ())
        default = f"`{shown(info.default)}`" if has_plain_default else ""
        rows.append(f"| `{setting_name(field)}` | {info.description} | {default} |")
    return "\n".join(rows)


def shown(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return f"{default:g}" if isinstance(default, float) else str(default)


def test_the_readme_has_every_setting_with_its_default() -> None:
    found = re.search(r"<!-- settings -->\n(.*)\n<!-- /settings -->", README, re.DOTALL)

    assert found is not None
    assert found.group(1) == settings_table()


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
