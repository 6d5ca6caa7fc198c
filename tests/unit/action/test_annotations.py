from __future__ import annotations

from hypothesis import given, settings

from regoose_ci.action.annotations import annotate, notice
from tests.unit.reports.hostile import hostile, hostile_review
from tests.unit.reports.sample import sample_review


def test_a_change_stands_at_its_first_changed_line() -> None:
    first, second = annotate(sample_review())

    assert first == (
        "::warning file=src/slugger/core.py,line=46,title=Behaviour change::"
        "slugify('Tom & Jerry')%0Abefore: returns 'tom-jerry'%0Aafter: returns 'tom---jerry'"
    )
    assert second.startswith("::notice file=src/slugger/core.py,line=58,")


@settings(max_examples=60, deadline=None)
@given(hostile)
def test_hostile_text_is_one_line_and_one_command(text: str) -> None:
    for line in annotate(hostile_review(text)):
        assert line.splitlines() == [line]
        head = line.removeprefix("::").partition("::")[0]
        assert head.split(",")[1:] == ["line=46", "title=Behaviour change"]


def test_a_sentence_of_ours_is_escaped() -> None:
    assert notice("50 %\n::error::x") == "::notice title=Regoose CI::50 %25%0A::error::x"
