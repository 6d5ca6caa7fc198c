from __future__ import annotations

import time

import pytest

from regoose_ci.domain.report import BaseVersion, FunctionReport, RanLines
from regoose_ci.reports import render_explanation
from regoose_ci.reports.explained import explained
from regoose_ci.reports.explanation import (
    Subject,
    find,
    hunk,
    lines_in_words,
    node_name,
    origin,
)
from tests.unit.reports.sample import (
    CATCHING_SLUGIFY,
    SLUGIFY,
    hardening,
    review,
    sample_review,
    slugify_function,
    unique_function,
)

BASE_SLUGIFY = SLUGIFY.replace('r"[^a-z0-9]"', 'r"[^a-z0-9]+"')
BEFORE = BaseVersion(path="src/slugger/core.py", qualname="slugify", line=40, source=BASE_SLUGIFY)


def found_by(identity: str) -> list[str]:
    return [subject.id for subject in find(sample_review(), identity)]


def change_of(function: FunctionReport) -> Subject:
    return Subject(function, function.behaviour_changes[0])


def with_runs(function: FunctionReport) -> FunctionReport:
    ran = RanLines(base=(44, 45), head=(45, 46))
    change = function.behaviour_changes[0].model_copy(update={"origin": "call_site", "ran": ran})
    return function.model_copy(update={"behaviour_changes": (change,), "before": BEFORE})


@pytest.mark.parametrize(
    ("identity", "ids"),
    [
        ("c09d5e", ["c09d5e"]),
        ("c09", ["c09d5e"]),
        ("h-slugify_uses", ["h-slugify_uses"]),
        ("test_slugify_uses_the_separator", ["h-slugify_uses"]),
        ("test_slugify_u", ["h-slugify_uses"]),
        ("test_slugify_", ["h-slugify_keep", "h-slugify_uses", "h-slugify_shor"]),
        ("zz", []),
        ("", []),
    ],
)
def test_an_id_may_be_named_by_its_beginning(identity: str, ids: list[str]) -> None:
    assert found_by(identity) == ids


def test_a_name_goes_before_the_names_that_begin_with_it() -> None:
    tests = (hardening("test_a", "tests/test_a.py"), hardening("test_a_b", "tests/test_a.py"))
    report = review(unique_function().model_copy(update={"tests": tests}))

    assert [subject.about for subject in find(report, "test_a")] == [tests[0]]


def test_an_id_without_its_directory_is_enough() -> None:
    test = hardening("test_a", "tests/test_a.py")
    test = test.model_copy(update={"id": "tests/test_a.py::test_a"})
    report = review(unique_function().model_copy(update={"tests": (test,)}))

    assert [subject.id for subject in find(report, "test_a.py::t")] == [test.id]


def test_a_hunk_has_the_numbers_of_both_sides_and_what_ran() -> None:
    lines = hunk(change_of(with_runs(slugify_function())))

    changed = [(line.sign, line.base, line.head) for line in lines if line.sign != " "]
    assert changed == [("-", 45, None), ("+", None, 46)]
    assert [line.base for line in lines if line.ran_on_base] == [44, 45]
    assert [line.head for line in lines if line.ran_on_head] == [45, 46]
    assert [line.text for line in lines if line.sign != "-"] == SLUGIFY.splitlines()


@pytest.mark.parametrize(("change", "sign"), [("added", "+"), ("removed", "-")])
def test_a_function_of_one_revision_is_all_of_one_sign(change: str, sign: str) -> None:
    function = unique_function().model_copy(update={"change": change})

    assert {line.sign for line in hunk(Subject(function, function.tests[0]))} == {sign}


def test_a_form_feed_ends_no_line() -> None:
    function = unique_function().model_copy(
        update={"source": "def f():\n    a = 1\n\x0c\n    return a\n"}
    )

    lines = hunk(Subject(function, function.tests[0]))

    assert [line.head for line in lines] == [function.line + n for n in range(4)]
    assert lines[-1].text == "    return a"


def test_an_unchanged_function_has_no_signs() -> None:
    before = BaseVersion(path="a.py", qualname="slugify", line=3, source=SLUGIFY)
    function = slugify_function().model_copy(update={"before": before})

    assert {line.sign for line in hunk(change_of(function))} == {" "}


def test_a_changed_function_without_its_base_is_shown_as_it_is() -> None:
    lines = hunk(change_of(slugify_function()))

    assert {(line.sign, line.base) for line in lines} == {(" ", None)}
    assert lines[0].head == slugify_function().line


@pytest.mark.parametrize(
    ("lines", "said"),
    [((), "no line"), ((4,), "line 4"), ((9, 4, 5, 6), "lines 4\u20136, 9")],
)
def test_lines_are_told_as_ranges(lines: tuple[int, ...], said: str) -> None:
    assert lines_in_words(lines) == said


@pytest.mark.parametrize(
    ("name", "node"),
    [("", "TestA::test_b"), ("test_b", "TestA::test_b"), ("test_c", "test_c"), ("test_d", None)],
)
def test_pytest_is_told_the_class_of_a_test(name: str, node: str | None) -> None:
    source = (
        "def helper(): ...\n\nclass TestA:\n    def test_b(self): ...\n\nasync def test_c(): ..."
    )

    assert node_name(source, name) == node


def test_a_text_that_is_no_python_has_no_test() -> None:
    assert node_name("def test_a(:", "") is None


def test_how_a_test_was_found_is_told_for_each_kind_of_input() -> None:
    test = unique_function().tests[0]
    two = test.model_copy(update={"input_origins": ("carved", "types")})
    model = test.model_copy(update={"origin": "repaired"})

    assert origin(Subject(unique_function(), two)) == (
        "carved from one of the project's own tests; made from the types of the parameters"
    )
    assert origin(Subject(unique_function(), model)) == "proposed by the language model"
    assert origin(Subject(unique_function(), test)) == ""


def test_the_commands_that_repeat_it_are_quoted_for_a_shell() -> None:
    function = slugify_function()
    change = function.behaviour_changes[0].model_copy(update={"id": "a b;c"})

    found = explained(sample_review(), {}, Subject(function, change), ("--report", "out dir"))

    assert found.repeat == "regoose explain 'a b;c' --report 'out dir' --run"
    assert found.open_shell == "regoose explain 'a b;c' --report 'out dir' --shell"
    assert found.test.source == CATCHING_SLUGIFY


def test_the_comment_tells_the_same_of_how_it_was_found() -> None:
    text = render_explanation(review(with_runs(slugify_function())), {}, "b7f3a1")

    assert text is not None
    assert "The input was taken from a call in the project's own code" in text
    assert "The call runs lines 44\u201345 of it on base, and lines 45\u201346 on head." in text


def test_the_comment_explains_a_test_too() -> None:
    text = render_explanation(sample_review(), {}, "test_unique_numbers")

    assert text is not None
    assert "notices 3 mutants" in text


def test_an_unclear_id_is_not_explained_in_a_comment() -> None:
    assert render_explanation(sample_review(), {}, "test_slugify_") is None


@pytest.mark.parametrize("lines", [2000, 20_000])
def test_a_diff_that_takes_hours_to_make_exactly_is_made_roughly(lines: int) -> None:
    old = [f"x{n}" if n % 2 else "a" for n in range(lines)]
    new = [f"y{n}" if n % 2 else "a" for n in range(lines)]
    before = BEFORE.model_copy(update={"source": "\n".join(old)})
    function = slugify_function().model_copy(update={"before": before, "source": "\n".join(new)})
    began = time.monotonic()

    assert lines <= len(hunk(change_of(function))) <= 2 * lines
    assert time.monotonic() - began < 10
