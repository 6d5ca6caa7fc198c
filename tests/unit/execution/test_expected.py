from __future__ import annotations

import pytest

from regoose_ci.execution.expected import expected_tests

THREE = "import pytest\n@pytest.mark.parametrize('x', [1, 2, 3])\ndef test_a(x): ...\n"
UNKNOWN = "import pytest\n@pytest.mark.parametrize('x', range(3))\ndef test_a(x): ...\n"
SIX = "import pytest\n@pytest.mark.parametrize('y', (1, 2))\n" + THREE.partition("\n")[2]
CLASS = "class TestA:\n    def test_b(self): ...\n"


@pytest.mark.parametrize(
    ("source", "name", "reported"),
    [
        ("def test_a(): ...", "test_a", ["test_a"]),
        (THREE, "test_a", ["test_a[1]", "test_a[2]", "test_a[3]"]),
        (SIX, "test_a", [f"test_a[{x}-{y}]" for x in range(3) for y in range(2)]),
        (UNKNOWN, "test_a", ["test_a[0]", "test_a[1]"]),
        (CLASS, "TestA::test_b", ["TestA::test_b"]),
    ],
)
def test_ids_that_the_text_promises_are_accepted(
    source: str, name: str, reported: list[str]
) -> None:
    assert expected_tests(source, name).are(reported)


@pytest.mark.parametrize(
    ("source", "reported"),
    [
        ("def test_a(): ...", []),
        ("def test_a(): ...", ["test_a", "test_a"]),
        ("def test_a(): ...", ["test_a", "test_b"]),
        ("def test_a(): ...", ["test_a[1]"]),
        ("def test_a(): ...", ["not_test_a"]),
        (THREE, ["test_a[1]", "test_a[2]"]),
        (THREE, ["test_a[1]", "test_a[2]", "test_a[2]"]),
        (THREE, ["test_a[1]", "test_a[2]", "test_b[3]"]),
        (UNKNOWN, []),
        (UNKNOWN, ["test_a"]),
    ],
)
def test_missing_extra_and_duplicate_ids_are_refused(source: str, reported: list[str]) -> None:
    assert not expected_tests(source, "test_a").are(reported)
