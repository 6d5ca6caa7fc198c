from __future__ import annotations

import pytest

from regoose_ci.domain.report import Explored, FunctionReport, ReportError, SandboxInfo
from regoose_ci.reports.verdict import verdict
from regoose_ci.reports.wording import sandbox, skip_reason
from tests.unit.reports.sample import (
    review,
    sample_review,
    skipped_function,
    slugify_function,
    truncate_function,
    unchanged_function,
    unique_function,
)


def sentence(*functions: FunctionReport) -> str:
    found = verdict(review(*functions))
    return found.lead + found.rest


def not_reached() -> FunctionReport:
    return unchanged_function().model_copy(
        update={
            "explored": Explored(inputs=50, reached_change_on_base=3),
            "status": "skipped",
            "reason": "change_not_reached",
        }
    )


def test_a_change_is_counted_with_functions_and_tests():
    assert sentence(slugify_function(), unchanged_function()) == (
        "1 behaviour change that looks unintended, in 2 changed functions, "
        "3 hardening tests ready to commit."
    )


def test_intended_changes_are_told_apart():
    assert sentence(slugify_function(), truncate_function()).startswith(
        "2 behaviour changes (1 looks unintended) in 2 changed functions"
    )
    assert sentence(truncate_function()) == (
        "1 behaviour change that looks intended, in 1 changed function."
    )


def test_silence_says_how_many_inputs_reached_the_change():
    found = verdict(review(unchanged_function()))
    assert found.tone == "quiet"
    assert found.lead + found.rest == (
        "No behaviour change found: 312 inputs reached the changed lines on both revisions."
    )


def test_silence_without_reaching_the_change_is_no_verdict():
    found = verdict(review(not_reached()))
    assert found.tone == "unsure"
    assert found.lead == "No verdict:"
    assert found.notes == (
        "Nothing is known about `split_words`: no input reached the changed lines on head.",
    )


def test_half_a_silence_says_which_half():
    found = verdict(review(unchanged_function(), not_reached()))
    assert found.tone == "unsure"
    assert found.lead == "No behaviour change found in 1 of 2 changed functions:"


def test_a_tested_function_that_no_input_reached_on_base_is_not_silent():
    function = unchanged_function().model_copy(update={"explored": Explored(inputs=9)})
    assert verdict(review(function)).tone == "unsure"


def test_where_inputs_reached_the_change_it_is_not_said_that_none_did():
    update = {"status": "skipped", "reason": "nondeterministic"}
    found = verdict(review(unchanged_function().model_copy(update=update)))
    assert (found.lead, found.rest) == (
        "No verdict:",
        " 312 inputs reached the changed lines on both revisions, but nothing certain came of "
        "comparing them.",
    )
    assert found.notes[0].endswith("it answers differently from run to run.")


@pytest.mark.parametrize(
    ("functions", "said"),
    [
        (1, " the changed function could not be run."),
        (2, " none of 2 changed functions could be run."),
    ],
)
def test_what_was_too_large_to_run_needed_no_sandbox(functions, said):
    update = {"status": "skipped", "reason": "too_large", "explored": Explored()}
    function = unchanged_function().model_copy(update=update)
    report = review(*[function] * functions).model_copy(update={"sandbox": SandboxInfo()})
    found = verdict(report)
    assert found.lead + found.rest == f"No verdict:{said}"
    assert "it is larger than what is reviewed" in found.notes[0]
    assert sandbox(report) == "nothing was run"


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ("the sandbox is gone: \n killed.", "the sandbox is gone: killed"),
        ("", "it failed, unexplained"),
        ("x" * 999, "x" * 199 + "\u2026"),
    ],
)
def test_a_failure_says_what_failed(detail, said):
    update = {"status": "failed", "reason": None, "detail": detail}
    function = unchanged_function().model_copy(update=update)
    assert skip_reason(function) == said
    assert f"Nothing is known about `split_words`: {said}." in verdict(review(function)).notes


def test_failures_of_different_kinds_are_not_told_as_one():
    update = {"status": "failed", "reason": None}
    both = [unchanged_function().model_copy(update={**update, "detail": d}) for d in "ab"]
    assert verdict(review(*both)).notes[0] == (
        "Nothing is known about `split_words` (`src/slugger/words.py`) and `split_words`"
        " (`src/slugger/words.py`)."
    )


def test_new_functions_have_nothing_to_compare():
    assert sentence(unique_function()).startswith(
        "1 hardening test for 1 function, ready to commit. Nothing to compare"
    )


def test_harden_speaks_of_tests_only():
    report = review(unchanged_function(), unique_function())
    found = verdict(report.model_copy(update={"base_sha": None}))
    assert found.lead + found.rest == "1 hardening test for 2 functions, ready to commit."
    assert found.notes == ()


def test_nothing_changed():
    assert sentence() == ("Nothing to test: no function can behave differently after this change.")


def test_what_only_leaves_out_is_not_said_to_be_the_same():
    report = review()
    totals = report.totals.model_copy(update={"not_chosen": 2})
    found = verdict(report.model_copy(update={"totals": totals, "left_alone": ("tests/a.py",)}))
    assert found.lead + found.rest == (
        "Nothing to test: nothing that `only` asks for can behave differently."
    )
    assert found.notes == ("2 changed functions left out by `only`.",)


def test_where_only_code_of_others_changed_it_is_not_said_that_nothing_can_differ():
    report = review().model_copy(update={"left_alone": ("_vendor/a.py", "api_pb2.py")})
    assert verdict(report).rest == (
        " 2 changed Python files, all of them tests, documentation, vendored or generated code."
    )


def test_a_file_that_cannot_be_read_is_told_by_its_path():
    update = {"qualname": "", "path": "a.py", "status": "skipped", "reason": "syntax_error"}
    file = unchanged_function().model_copy(update={**update, "explored": Explored()})
    found = verdict(review(file))
    assert found.lead + found.rest == "No verdict: 1 changed file could not be read."
    assert found.notes == ("Nothing is known about `a.py`: its file does not parse.",)


def test_an_error_is_the_verdict_when_nothing_was_found():
    error = ReportError(kind="no_sandbox", message="Podman does not start.", remedy="Install crun.")
    found = verdict(review().model_copy(update={"error": error}))
    assert (found.tone, found.lead) == ("failed", "The review ended early:")
    assert found.rest == " Podman does not start. Install crun."
    assert found.notes == ()


def test_an_error_does_not_hide_what_was_found_before():
    error = ReportError(kind="guest", message="The guest died.")
    found = verdict(review(slugify_function()).model_copy(update={"error": error}))
    assert found.tone == "change"
    assert found.notes == ("The review ended early: The guest died.",)


def test_partial_results_are_said():
    update = {"partial": True, "partial_reason": "interrupted"}
    notes = verdict(sample_review().model_copy(update=update)).notes
    assert notes[0] == "Partial result: interrupted."


def test_where_nothing_could_be_run_that_is_the_verdict():
    listed = skipped_function().model_copy(update={"reason": "no_sandbox"})
    report = review(listed).model_copy(update={"sandbox": SandboxInfo()})
    said = verdict(report.model_copy(update={"partial": True, "partial_reason": "no engine"}))
    assert said.lead == "Nothing was run:"
    assert said.notes == ()


def test_what_was_left_out_on_request_is_counted():
    report = sample_review()
    totals = report.totals.model_copy(update={"ignored": 2})
    notes = verdict(report.model_copy(update={"totals": totals})).notes
    assert notes[-1] == "2 behaviour changes left out, as `/regoose ignore` asked."


def test_more_than_three_names_are_counted():
    functions = [
        skipped_function().model_copy(update={"qualname": name})
        for name in ("a", "b", "c", "d", "e")
    ]
    assert "about `a`, `b`, `c` and 2 more:" in verdict(review(*functions)).notes[0]
