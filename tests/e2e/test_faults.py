"""Functions that are hard to test: told for what they are, and nothing said that is not so."""

from __future__ import annotations

import pytest

from tests.e2e.fault_samples import DEFINITIONS, ENDINGS, MODULES, VALUES, VARYING
from tests.e2e.plain import pytest_outcomes
from tests.e2e.samples import Reviewed, review_samples

pytestmark = pytest.mark.sandbox

HARMLESS = ENDINGS | VARYING | VALUES
"""All of them changed in a way that nobody can notice."""
REASONS = {
    "vanishing": "does_not_return",
    "killing_itself": "does_not_return",
    "networking": "needs_unavailable_resource",
    "reading_stdin": "needs_unavailable_resource",
    "database": "needs_unavailable_resource",
    "graphics_card": "needs_unavailable_resource",
    "missing_file": "needs_unavailable_resource",
    "clock": "nondeterministic",
    "calendar": "nondeterministic",
    "repr_endless": "does_not_return",
    "slow_items": "does_not_return",
}
UNCHANGED = {"parameter_added", "closure"}
"""A parameter with a default harms nobody; what a result does when called is not looked at."""


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> Reviewed:
    """One review of harmless changes to functions that are not."""
    return review_samples(tmp_path_factory.mktemp("harmless"), HARMLESS, budget=22)


@pytest.fixture(scope="module")
def noticed(tmp_path_factory: pytest.TempPathFactory) -> Reviewed:
    """One review of changes that can be noticed, in functions that are defined oddly."""
    samples = MODULES | DEFINITIONS
    return review_samples(tmp_path_factory.mktemp("noticed"), samples, budget=20)


def test_the_sessions_end_well(harmless: Reviewed, noticed: Reviewed) -> None:
    assert [r.ended.code for r in (harmless, noticed)] == [0, 0]
    assert [r.ended.report.error for r in (harmless, noticed)] == [None, None]


@pytest.mark.parametrize("sample", HARMLESS)
def test_harmless_changes_are_met_with_silence(harmless: Reviewed, sample: str) -> None:
    function = harmless.function(sample)
    assert function.behaviour_changes == ()
    assert {test.kind for test in function.tests} <= {"hardening"}


@pytest.mark.parametrize(("sample", "reason"), REASONS.items())
def test_why_there_are_no_tests_is_told(harmless: Reviewed, sample: str, reason: str) -> None:
    function = harmless.function(sample)
    assert (function.status, function.reason) == ("skipped", reason), function.detail


@pytest.mark.parametrize("revision", ["main", "topic"])
def test_accepted_tests_pass_wherever_they_run(harmless: Reviewed, revision: str) -> None:
    harmless.project.git("checkout", "-q", revision)
    out = harmless.ended.out
    tests = [test for f in harmless.ended.report.functions for test in f.tests]
    found = pytest_outcomes(harmless.project.path, *{out / test.file for test in tests})
    names = [test.id.removeprefix("tests/") for test in tests]
    assert {name: found.get(name) for name in names} == dict.fromkeys(names, "passed")


@pytest.mark.parametrize("sample", [n for n in MODULES | DEFINITIONS if n not in UNCHANGED])
def test_odd_definitions_are_seen_through(noticed: Reviewed, sample: str) -> None:
    changes = [c for f in noticed.functions(sample) for c in f.behaviour_changes]
    assert changes, noticed.functions(sample)


@pytest.mark.parametrize("sample", sorted(UNCHANGED))
def test_what_nobody_notices_is_not_told(noticed: Reviewed, sample: str) -> None:
    assert [c for f in noticed.functions(sample) for c in f.behaviour_changes] == []
