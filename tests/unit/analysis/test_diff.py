from __future__ import annotations

import pytest

from regoose_ci.analysis.diff import parse_diff
from regoose_ci.domain.changes import ChangedFile
from regoose_ci.errors import InfrastructureError


def _diff(header, body="@@ -1 +1 @@\n-x = 1\n+x = 2\n"):
    return header + body


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            _diff("diff --git a/a.py b/a.py\nindex 1..2 100644\n--- a/a.py\n+++ b/a.py\n"),
            ChangedFile("a.py", "a.py", frozenset({1}), frozenset({1})),
            id="modified",
        ),
        pytest.param(
            _diff(
                "diff --git a/a.py b/a.py\nnew file mode 100644\n--- /dev/null\n+++ b/a.py\n",
                "@@ -0,0 +1,2 @@\n+x = 1\n+y = 2\n",
            ),
            ChangedFile(None, "a.py", frozenset(), frozenset({1, 2})),
            id="new",
        ),
        pytest.param(
            _diff(
                "diff --git a/a.py b/a.py\ndeleted file mode 100644\n--- a/a.py\n+++ /dev/null\n",
                "@@ -1 +0,0 @@\n-x = 1\n\\ No newline at end of file\n",
            ),
            ChangedFile("a.py", None, frozenset({1}), frozenset()),
            id="deleted without newline",
        ),
        pytest.param(
            "diff --git a/a.py b/b c.py\nsimilarity index 100%\n"
            "rename from a.py\nrename to b c.py\n",
            ChangedFile("a.py", "b c.py"),
            id="pure rename",
        ),
        pytest.param(
            _diff(
                "diff --git a/a b/x.py b/a b/x.py\n--- a/a b/x.py\t\n+++ b/a b/x.py\t\n",
            ),
            ChangedFile("a b/x.py", "a b/x.py", frozenset({1}), frozenset({1})),
            id="ambiguous spaces",
        ),
        pytest.param(
            _diff(
                'diff --git "a/d\\303\\251j\\"\\303\\240.py" "b/d\\303\\251j\\"\\303\\240.py"\n'
                '--- "a/d\\303\\251j\\"\\303\\240.py"\n+++ "b/d\\303\\251j\\"\\303\\240.py"\n',
            ),
            ChangedFile('déj"à.py', 'déj"à.py', frozenset({1}), frozenset({1})),
            id="quoted",
        ),
        pytest.param(
            "diff --git a/p/__init__.py b/p/__init__.py\nnew file mode 100644\nindex 0..e\n",
            ChangedFile(None, "p/__init__.py"),
            id="new empty file",
        ),
        pytest.param(
            _diff("--- a/a.py\n+++ b/a.py\n", "@@ -1,3 +1,3 @@\n x = 1\n--- y\n+++ z\n w = 1\n"),
            ChangedFile("a.py", "a.py", frozenset({2}), frozenset({2})),
            id="plain diff with lines that look like headers",
        ),
    ],
)
def test_reads_a_file(text, expected):
    assert parse_diff(text) == (expected,)


def test_leaves_out_binary_and_mode_changes():
    text = (
        "diff --git a/a.py b/a.py\nindex 1..2 100644\nBinary files a/a.py and b/a.py differ\n"
        "diff --git a/b.py b/b.py\nold mode 100644\nnew mode 100755\n"
    )
    assert parse_diff(text) == ()


def test_survives_bytes_of_another_encoding():
    text = "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x = '\udce9'\n+x = '\x85\x0c'\r\n"
    assert parse_diff(text)[0].head_lines == {1}


def test_refuses_what_is_no_diff():
    with pytest.raises(InfrastructureError, match="cannot be read"):
        parse_diff("--- a/a.py\n+++ b/a.py\n@@ -1,5 +1,5 @@\n-x\n")


def test_an_empty_diff_has_no_files():
    assert parse_diff("") == ()


def test_reads_twenty_thousand_lines():
    body = "".join(f"@@ -{n} +{n} @@\n-x = {n}\n+y = {n}\n" for n in range(1, 10_001))
    assert len(parse_diff("--- a/a.py\n+++ b/a.py\n" + body)[0].head_lines) == 10_000
