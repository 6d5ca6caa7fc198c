from __future__ import annotations

import pytest

from regoose_ci.analysis.evidence import Examples, added_examples
from regoose_ci.analysis.intent import Change, judge

NOTHING = Examples("", frozenset())


def changed(name: str = "split_bill", raises: str | None = None) -> Change:
    return Change(name, "[0, 0]", raises, finishes_on_head=True, documented=False)


@pytest.mark.parametrize(
    "description",
    [
        "split_bill and receipt_line are only tidied.",
        "add_tax rounds half up.\nsplit_bill: simplify the loop",
        "New totals. This refactors split_bill; nothing else.",
        "split_bill has no functional change.",
    ],
)
def test_a_sentence_that_promises_the_same_results_is_held_against_a_change(
    description: str,
) -> None:
    assert judge(changed(), "Give points", description, NOTHING).intended == "no"


@pytest.mark.parametrize(
    "description",
    [
        "split_bill gives what is left over to nobody. receipt_line is tidied.",
        "split_bill: use another format for shares",
        "Refactor receipt_line\nMake split_bill fair",
    ],
)
def test_a_sentence_about_another_function_or_matter_is_not(description: str) -> None:
    assert judge(changed(), "Give points", description, NOTHING).intended == "yes"


def test_the_word_is_quoted() -> None:
    judgement = judge(changed(), "Give points", "split_bill is only tidied.", NOTHING)

    assert judgement.rationale == "The change says `tidied` of `split_bill`, and a result changed."


def test_a_title_that_promises_the_same_results_is_held_against_every_change() -> None:
    assert judge(changed(), "Tidy up the till", "", NOTHING).intended == "no"


def added(*lines: str, path: str = "tests/test_bill.py") -> Examples:
    return added_examples("\n".join([f"+++ b/{path}", *(f"+{line}" for line in lines)]))


def test_a_result_that_an_added_test_asserts_is_intended() -> None:
    examples = added("    assert split_bill(1, 2) == [0, 0]")
    assert judge(changed(), "Tidy up", "", examples).intended == "yes"


def test_an_exception_that_an_added_test_expects_of_the_function_is_intended() -> None:
    examples = added("with pytest.raises(KeyError):", "    split_bill({})")
    assert judge(changed(raises="KeyError"), "Tidy up", "", examples).intended == "yes"
    assert judge(changed("other", "KeyError"), "Tidy up", "", examples).intended == "no"


@pytest.mark.parametrize(
    ("title", "intended"),
    [
        ("Fix regression of odd bills", "yes"),
        ('Revert "Share in cents"', "yes"),
        ("Restore the shares of 1.2", "yes"),
        ("Fix a loss introduced in 1.3", "yes"),
        ("Fix the plural in split_bill", "unknown"),
        ("Move from split to divmod", "no"),
        ("Use divmod instead of split", "no"),
        ("Fix the style of bills", "unknown"),
        ("Clean up the behavior of bills", "unknown"),
        ("Move the till", "unknown"),
    ],
)
def test_titles(title: str, intended: str) -> None:
    assert judge(changed(), title, "", NOTHING).intended == intended


def test_naming_the_function_alone_says_nothing() -> None:
    assert judge(changed(), "Bills as of 2026 in split_bill", "", NOTHING).intended == "unknown"


def test_a_new_exception_that_nothing_mentions_is_not() -> None:
    judgement = judge(changed(raises="KeyError"), "Bump version", "", NOTHING)

    assert judgement.intended == "no"
    assert "KeyError" in judgement.rationale


def test_a_call_that_no_longer_ends_is_not() -> None:
    endless = Change("split_bill", None, None, finishes_on_head=False, documented=False)

    assert judge(endless, "Make split_bill fair", "", NOTHING).intended == "no"


def test_where_nothing_speaks_a_person_decides() -> None:
    judgement = judge(changed(), "Bump version", "", NOTHING)

    assert judgement.intended == "unknown"
    assert judgement.confidence == 0.0
