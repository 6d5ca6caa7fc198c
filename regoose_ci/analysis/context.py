"""What a project already says about a function: its tests, and calls with literal arguments."""

from __future__ import annotations

import ast
import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from regoose_ci.analysis.examples import MAX_INDEXED, PROMPT, Corpus, is_literal
from regoose_ci.domain.changes import ChangedFunction, FunctionKind
from regoose_ci.guest.protocol import Call, CallKind

MAX_CALLS = 100
MAX_DOCUMENTS = 3
_MAX_SOURCE = 2000
_WORD = re.compile(r"\w+")


def find_related_tests(
    function: ChangedFunction, test_sources: Mapping[str, str], limit: int = 20
) -> tuple[str, ...]:
    """Test files that name the function, its class or its module, most telling first."""
    source = function.current
    owner, _, name = source.qualname.rpartition(".")
    owner = owner.rpartition(".")[2]
    stem = source.module.rpartition(".")[2].strip("_") or "__init__"
    weights = {name: 4, owner or name: 3, source.module: 3, source.module.partition(".")[0]: 1}
    scores: dict[str, float] = {}
    for path, text in test_sources.items():
        counts = ((_count(text, word), weight) for word, weight in weights.items())
        score = sum(weight * (1 + min(count, 50) / 100) for count, weight in counts if count)
        scores[path] = score + _stem_score(path, stem)
    ranked = sorted((p for p in scores if scores[p] > 0), key=lambda p: (-scores[p], p))
    return tuple(ranked[:limit])


def find_documents(
    function: ChangedFunction, modules: Mapping[str, str], documents: Mapping[str, str]
) -> tuple[str, ...]:
    """Files whose interactive examples are about the function: its module, then documents."""
    own = function.current.path
    names = function.current.qualname.split(".")
    mentioning = [
        path
        for path, text in documents.items()
        if PROMPT in text and all(name in text for name in names)
    ]
    first = [own] if PROMPT in modules.get(own, "") else []
    return (*first, *mentioning[:MAX_DOCUMENTS])


def find_call_sites(function: ChangedFunction, corpus: Corpus) -> tuple[Call, ...]:
    """Calls of the function whose arguments are all literals, in code, tests and documents.

    For methods and properties, calls on a receiver that is itself made of literals. Calls that
    are expected to raise are left out.
    """
    owner, _, name = function.current.qualname.rpartition(".")
    word = owner.rpartition(".")[2] if name == "__init__" else name
    found: dict[Call, None] = {}
    for nodes in corpus.uses(word):
        found.update(dict.fromkeys(_calls(function, nodes)))
        if len(found) >= MAX_CALLS:
            return tuple(found)[:MAX_CALLS]
    return tuple(found)


def _count(text: str, name: str) -> int:
    """How often a name, dotted or not, stands in a text on its own."""
    if name not in text:
        return 0
    if _WORD.fullmatch(name):
        return _words(text)[name]
    return len(re.findall(rf"\b{re.escape(name)}\b", text))


@lru_cache(maxsize=MAX_INDEXED)
def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text))


def _calls(function: ChangedFunction, nodes: Sequence[ast.expr]) -> Iterator[Call]:
    for node in nodes:
        if function.kind is FunctionKind.PROPERTY:
            call = _property_read(function, node)
        elif isinstance(node, ast.Call):
            call = _call(function, node)
        else:
            call = None
        if call is not None:
            yield call


def _call(function: ChangedFunction, node: ast.Call) -> Call | None:
    arguments = _literal_arguments(node)
    if arguments is None:
        return None
    args, kwargs = arguments
    qualname = function.current.qualname
    owner, _, name = qualname.rpartition(".")
    target = node.func
    if function.kind is FunctionKind.METHOD:
        if name == "__init__" and _names(target, owner.rpartition(".")[2]):
            return Call(CallKind.FUNCTION, owner, None, args, kwargs, _imports(function))
        receiver = _receiver(target, owner) if _names(target, name) else None
        if receiver is None:
            return None
        return Call(CallKind.METHOD, name, receiver, args, kwargs, _imports(function))
    if not _names(target, name):
        return None
    if owner and not (isinstance(target, ast.Attribute) and _names(target.value, owner)):
        return None
    return Call(CallKind.FUNCTION, qualname, None, args, kwargs, _imports(function))


def _property_read(function: ChangedFunction, node: ast.AST) -> Call | None:
    owner, _, name = function.current.qualname.rpartition(".")
    if not (isinstance(node, ast.Attribute) and node.attr == name):
        return None
    receiver = _receiver(node, owner)
    if receiver is None:
        return None
    return Call(CallKind.PROPERTY, name, receiver, imports=_imports(function))


def _receiver(target: ast.expr, owner: str) -> str | None:
    """The source of ``Class(literals)`` in ``Class(literals).method``."""
    value = target.value if isinstance(target, ast.Attribute) else None
    if not (isinstance(value, ast.Call) and _names(value.func, owner.rpartition(".")[2])):
        return None
    arguments = _literal_arguments(value)
    if arguments is None:
        return None
    args, kwargs = arguments
    return f"{owner}({', '.join([*args, *(f'{name}={source}' for name, source in kwargs)])})"


def _literal_arguments(
    node: ast.Call,
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]] | None:
    values = [*node.args, *(keyword.value for keyword in node.keywords)]
    if not all(map(is_literal, values)) or any(k.arg is None for k in node.keywords):
        return None
    args = tuple(ast.unparse(value) for value in node.args)
    kwargs = tuple((str(keyword.arg), ast.unparse(keyword.value)) for keyword in node.keywords)
    size = sum(map(len, args)) + sum(len(value) for _, value in kwargs)
    return (args, kwargs) if size <= _MAX_SOURCE else None


def _imports(function: ChangedFunction) -> tuple[str, ...]:
    source = function.current
    return (f"from {source.module} import {source.qualname.partition('.')[0]}",)


def _names(node: ast.expr, name: str) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == name
    return isinstance(node, ast.Name) and node.id == name


def _stem_score(path: str, stem: str) -> float:
    name = posixpath.basename(path).removesuffix(".py")
    bare = name.removeprefix("test_").removesuffix("_test").strip("_")
    if bare == stem:
        return 6
    return 2 if stem in bare or (bare and bare in stem) else 0
