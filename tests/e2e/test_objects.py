"""Objects of all kinds are built from recipes, and what changes in their use is found."""

from __future__ import annotations

import pytest

from tests.e2e.object_samples import SAMPLES
from tests.e2e.plain import pytest_outcomes
from tests.e2e.samples import Reviewed, review_samples

pytestmark = pytest.mark.sandbox


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Reviewed:
    """One review of a change to every sample."""
    return review_samples(tmp_path_factory.mktemp("objects"), SAMPLES, budget=24)


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_changed_behaviour_is_found(reviewed: Reviewed, sample: str) -> None:
    function = reviewed.function(sample)
    assert function.behaviour_changes, (function.explored, function.rejected)
    catching = [test for test in function.tests if test.kind == "catching"]
    assert {(test.base, test.head) for test in catching} == {("passed", "failed")}


@pytest.mark.parametrize(("revision", "outcome"), [("main", "passed"), ("topic", "failed")])
def test_plain_pytest_says_the_same(reviewed: Reviewed, revision: str, outcome: str) -> None:
    reviewed.project.git("checkout", "-q", revision)
    tests = [t for f in reviewed.ended.report.functions for t in f.tests if t.kind == "catching"]
    out = reviewed.ended.out
    found = pytest_outcomes(reviewed.project.path, *{out / test.file for test in tests})
    names = [test.id.removeprefix("tests/") for test in tests]
    assert {name: found.get(name) for name in names} == dict.fromkeys(names, outcome)
