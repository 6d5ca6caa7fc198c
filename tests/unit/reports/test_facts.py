from __future__ import annotations

from regoose_ci.reports.facts import ranked_changes
from tests.unit.reports.sample import slugify_function, truncate_function


def test_a_function_with_many_changes_does_not_hide_the_others():
    (shown,) = slugify_function().behaviour_changes
    many = [shown.model_copy(update={"id": f"many{number}"}) for number in range(5)]
    meant = shown.model_copy(update={"id": "meant", "intended": "yes"})
    functions = [
        slugify_function().model_copy(update={"behaviour_changes": (meant, *many)}),
        slugify_function().model_copy(update={"behaviour_changes": (shown,)}),
        truncate_function(),
    ]
    assert [change.id for _, change in ranked_changes(functions)] == [
        *("many0", "many1", "many2", "b7f3a1", "c09d5e"), *("many3", "many4", "meant"),
    ]  # fmt: skip
