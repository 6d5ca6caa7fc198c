from __future__ import annotations

import pytest

from regoose_ci.analysis.impact import build_call_graph, find_public_callers
from regoose_ci.analysis.layout import Layout
from regoose_ci.domain.changes import ChangedFunction, ChangeKind, FunctionKind, FunctionSource

SOURCES = {
    "pkg/core.py": """
def parse(text):
    return _split(text)

def _split(text):
    return _strip(text).split()

def _strip(text):
    return text.strip()

class _Base:
    def __eq__(self, other):
        return self._key() == other._key()

    def _key(self):
        return 1

class Spec(_Base):
    def matches(self, text):
        return _split(text)
""",
    "pkg/api.py": "from pkg.core import _split\ndef load(path): return _split(path)\n",
    "pkg/broken.py": "def (",
}


def _function(qualname: str, kind: FunctionKind) -> ChangedFunction:
    source = FunctionSource("pkg/core.py", "pkg.core", qualname, 1, 2, "")
    return ChangedFunction(ChangeKind.MODIFIED, kind, source, source)


@pytest.mark.parametrize(
    ("qualname", "kind", "expected"),
    [
        ("parse", FunctionKind.FUNCTION, ()),
        (
            "_split",
            FunctionKind.FUNCTION,
            ("pkg.core:parse", "pkg.api:load", "pkg.core:Spec.matches"),
        ),
        (
            "_strip",
            FunctionKind.FUNCTION,
            ("pkg.core:parse", "pkg.api:load", "pkg.core:Spec.matches"),
        ),
        ("_Base.__eq__", FunctionKind.METHOD, ("pkg.core:Spec.__eq__",)),
        ("_missing", FunctionKind.FUNCTION, ()),
    ],
)
def test_finds_public_callers_nearest_first(qualname, kind, expected):
    graph = build_call_graph(SOURCES, Layout(("",)))
    assert find_public_callers(_function(qualname, kind), graph) == expected


def test_a_limit_holds():
    graph = build_call_graph(SOURCES, Layout(("",)))
    found = find_public_callers(_function("_split", FunctionKind.FUNCTION), graph, limit=1)
    assert found == ("pkg.core:parse",)
