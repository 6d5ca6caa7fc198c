"""What the pages of docs/ name exists: commands, options, settings, sentences, reasons, bounds."""

from __future__ import annotations

import ast
import re
import runpy
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from regoose_ci.action.inputs import all_inputs
from regoose_ci.cli import build_cli
from regoose_ci.config import NEVER_COMMITTED, Settings, setting_name, variable_name
from regoose_ci.config_sources import OF_THE_PROJECT, load_settings
from regoose_ci.domain import bounds
from regoose_ci.execution.jobs import IMPORT_TIMEOUT, TEST_TIMEOUT
from regoose_ci.execution.patience import CALL_TIMEOUT
from regoose_ci.github.command import HELP
from regoose_ci.providers.endpoint import Adapter
from regoose_ci.reports.wording import REJECTIONS, SKIP_REASONS
from regoose_ci.sandbox.container import BUILD_MEMORY_MB
from regoose_ci.sandbox.frames import MAX_BYTES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("*.md"))}
SOURCES = "https://github.com/org/regoose-action/blob/main/"
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)

every_page = pytest.mark.parametrize("page", PAGES)


def blocks(page: str, language: str) -> list[str]:
    return [text for found, text in _FENCE.findall(PAGES[page]) if found == language]


def inline(page: str) -> list[str]:
    """What stands as code in the sentences of a page."""
    return re.findall(r"`([^`\n]+)`", _FENCE.sub("", PAGES[page]))


def code(page: str) -> Iterator[str]:
    """What stands as code in a page, line by line."""
    for _, text in _FENCE.findall(PAGES[page]):
        yield from (line.removeprefix("$ ") for line in text.splitlines())
    yield from inline(page)


def commands() -> dict[str, set[str]]:
    """The options of each command of the program."""
    found = vars(typer.main.get_command(build_cli()))["commands"]
    return {
        name: {"--help"} | {o for p in command.params for o in p.opts + p.secondary_opts}
        for name, command in found.items()
    }


def table(page: str, heads: str) -> list[list[str]]:
    """The rows of the table with that first line."""
    lines = PAGES[page].split(f"\n{heads}\n", 1)[1].splitlines()[1:]
    rows = lines[: next(n for n, line in enumerate(lines) if not line.startswith("|"))]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


@every_page
def test_commands_and_their_options_exist(page: str) -> None:
    known = commands()

    for line in code(page):
        called = re.match(r"(?:[A-Z_]+=\S+ )*regoose (\w+)([^|]*)", line)
        if called:
            assert called[1] in known, line
            words = shlex.split(called[2], comments=True)
            assert {word for word in words if word.startswith("-")} <= known[called[1]], line


@every_page
def test_options_that_are_named_alone_exist(page: str) -> None:
    known = set().union(*commands().values())
    named = [line.split()[0] for line in code(page) if line.startswith("--")]

    assert [option for option in named if option not in known] == []


@every_page
def test_variables_exist(page: str) -> None:
    known = {variable_name(field) for field in Settings.model_fields}

    assert set(re.findall(r"\bREGOOSE_[A-Z_]*[A-Z]\b", PAGES[page])) <= known


@every_page
def test_examples_of_settings_can_be_used(page: str, tmp_path: Path) -> None:
    for text in blocks(page, "toml"):
        (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
        load_settings(tmp_path, {})


@every_page
def test_inputs_that_are_named_with_a_value_exist(page: str) -> None:
    named = {found[1] for line in inline(page) if (found := re.match(r"([a-z-]+): \S+$", line))}
    others = {"actions", "contents", "pull-requests", "fetch-depth", "if"}  # GitHub's

    assert named - others <= {one.name for one in all_inputs()}


@every_page
def test_files_of_the_repository_exist(page: str) -> None:
    linked = [path for path, _ in re.findall(rf"{SOURCES}([^)#]+)(#[\w-]+)?\)", PAGES[page])]
    named = [c for c in code(page) if re.fullmatch(r"(regoose_ci|tests)/[\w/.]+", c)]
    example = "regoose_ci/providers/acme.py"

    assert [path for path in linked + named if path != example and not (ROOT / path).exists()] == []


SYMPTOMS = {
    "The edit was meant, and it says “looks unintended”",
    "The review takes long",
    "Setting something in a pull request's pyproject.toml has no effect",
    "A command is ignored",
}
"""What to troubleshoot that the program does not say."""


def test_sentences_to_troubleshoot_are_said_by_the_program() -> None:
    said = "\0".join(_texts())
    headings = set(re.findall(r"^### (.+)$", PAGES["troubleshooting.md"], re.MULTILINE))
    patterns = {h: "[^\0]*".join(map(re.escape, h.split("…"))) for h in headings - SYMPTOMS}

    assert headings >= SYMPTOMS
    assert [h for h, pattern in patterns.items() if not re.search(pattern, said)] == []


def _texts() -> Iterator[str]:
    """Every literal text of the program with … for what it is filled with, and of its script."""
    for path in (ROOT / "regoose_ci").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = (p.value if isinstance(p, ast.Constant) else "…" for p in node.values)
                yield "".join(map(str, parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
    yield (ROOT / ".ci" / "image").read_text(encoding="utf-8")


def test_what_a_reviewed_change_can_set_is_what_the_code_lets_it() -> None:
    bullet = r"^- \*\*{}\*\*(.*?)(?=\n- |\n\n)"
    expected = {"In GitHub Actions": OF_THE_PROJECT, "Anywhere": NEVER_COMMITTED}

    for lead, fields in expected.items():
        found = re.search(bullet.format(lead), PAGES["configuration.md"], re.DOTALL | re.MULTILINE)
        assert found is not None
        assert set(re.findall(r"`([a-z-]+)`", found[1])) == {setting_name(f) for f in fields}


def test_variables_that_the_action_does_not_pass_on_are_named() -> None:
    nest = (ROOT / ".ci" / "nest").read_text(encoding="utf-8")
    (names,) = re.findall(r"grep -vE '_\(([A-Z_|]+)\)\$'", nest)
    sentence = PAGES["action.md"].partition("except\n")[2].partition(":")[0]

    assert set(re.findall(r"`REGOOSE_([A-Z_]+)`", sentence)) == set(names.split("|"))


def test_every_reason_has_a_row_that_says_what_to_do() -> None:
    rows = table("report.md", "| reason | it says | what to do |")

    assert {reason.strip("`"): says for reason, says, _ in rows} == SKIP_REASONS
    assert all(what for _, _, what in rows)


def test_every_rejection_has_a_row() -> None:
    rows = table("report.md", "| reason | it says |")

    assert {reason.strip("`"): says for reason, says in rows} == REJECTIONS


def test_rules_of_intent_are_as_sure_as_the_page_says() -> None:
    source = (ROOT / "regoose_ci/analysis/intent.py").read_text(encoding="utf-8")
    words = {"yes": "intended", "no": "unintended"}
    rules = re.findall(r'Judgement\(\s*"(yes|no)", ([\d.]+)', source)

    rows = [looks for _, looks in table("decides.md", "| rule | looks |")]

    assert rows == [f"{words[answer]}, {float(sure):.0%}" for answer, sure in rules]


def test_bounds_are_those_of_the_code() -> None:
    names = [name for name in vars(bounds) if name.startswith("MAX_") and name != "MAX_DETAIL"]

    assert [n for n in names if _shown(n) not in PAGES["limits.md"]] == []


def _shown(bound: str) -> str:
    most = int(vars(bounds)[bound])
    if not bound.endswith("_BYTES"):
        return f"{most:,}"
    return f" {most >> 20} MiB" if most >= 1 << 20 else f" {most >> 10} KiB"


@pytest.mark.parametrize(
    ("row", "most"),
    [
        ("one call", f"{CALL_TIMEOUT:g} s"),
        ("one test", f"{TEST_TIMEOUT:g} s"),
        ("importing a module", f"{IMPORT_TIMEOUT:g} s"),
        ("what it may answer to one request", f"{MAX_BYTES >> 20} MiB"),
        ("building the project", f"{BUILD_MEMORY_MB:,} MiB of memory"),
    ],
)
def test_what_reviewed_code_may_use_is_as_the_page_says(row: str, most: str) -> None:
    assert [row, most, ""] in table("limits.md", "| of | at most | set by |")


def test_commands_in_comments_are_those_of_the_help() -> None:
    listed = [cells[0] for cells in table("action.md", "| comment | what happens |")]

    assert listed == re.findall(r"^\| (`/.*?) \|", HELP, re.MULTILINE)


def test_the_adapter_of_the_example_is_one(tmp_path: Path) -> None:
    (block,) = blocks("adding-a-provider.md", "python")
    (tmp_path / "acme.py").write_text(block, encoding="utf-8")

    adapter = runpy.run_path(str(tmp_path / "acme.py"))["ADAPTER"]

    assert isinstance(adapter, Adapter)
