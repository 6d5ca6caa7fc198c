from __future__ import annotations

import io

import pytest
from rich.console import Console

from regoose_ci.console import Screen, one_line
from regoose_ci.domain.report import BaseVersion, RanLines
from regoose_ci.explanation_view import print_explanation
from regoose_ci.reports.explained import RepeatedRun, explained
from regoose_ci.reports.explanation import Subject
from tests.unit.reports.sample import SLUGIFY, review, slugify_function, unique_function

BASE = SLUGIFY.replace('r"[^a-z0-9]"', 'r"[^a-z0-9]+"')


def shown(width: int, call: str = "slugify('Tom & Jerry')") -> list[str]:
    before = BaseVersion(path="core.py", qualname="slugify", line=41, source=BASE)
    function = slugify_function().model_copy(update={"before": before})
    ran = RanLines(base=(45, 46), head=(46,))
    change = function.behaviour_changes[0].model_copy(update={"ran": ran, "call": call})
    found = explained(review(function), {}, Subject(function, change), ())
    run = RepeatedRun(revision="base", outcome="passed", expected=("passed",), lines=(45, 46))
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=True, color_system=None)
    print_explanation(Screen(console, one_line), found.model_copy(update={"runs": (run,)}))
    return stream.getvalue().splitlines()


def test_the_diff_has_both_numbers_and_marks_what_ran() -> None:
    lines = shown(80)

    assert '  •   46        -     words = re.split(r"[^a-z0-9]+", text)' in lines
    assert '         •   46 +     words = re.split(r"[^a-z0-9]", text)' in lines
    assert "  base  passed, as in the report; it ran lines 45\u201346" in lines


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_sentences_are_wrapped_between_words_and_code_is_left_whole(width: int) -> None:
    lines = shown(width)

    prose = lines[: lines.index("What changed")]
    assert max(map(len, prose)) <= width
    assert [line for line in lines if line != line.rstrip()] == []
    words = " ".join(" ".join(lines).split())
    assert "words used to be split at runs of punctuation and are now split" in words
    assert "  def test_slugify_joins_words_across_repeated_punctuation():" in lines


def test_a_report_of_harden_speaks_of_head_alone() -> None:
    function = unique_function()
    report = review(function).model_copy(update={"base_sha": None})
    stream = io.StringIO()
    console = Console(file=stream, width=80, force_terminal=True, color_system=None)

    found = explained(report, {}, Subject(function, function.tests[0]), ())
    print_explanation(Screen(console, one_line), found)

    lines = stream.getvalue().splitlines()
    assert "The function" in lines
    assert [line for line in lines if " + def" in line] == []
    assert "    runs the test on head" in lines
    assert "    opens a shell in a sandbox with head" in lines


def test_what_the_code_chose_cannot_move_the_cursor() -> None:
    assert "f('\\x1b[2J\\u202e')" in shown(80, "f('\x1b[2J\u202e')")
