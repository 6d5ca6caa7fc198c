from __future__ import annotations

import ast

from regoose_ci.analysis.examples import Corpus


def _uses(corpus: Corpus, name: str) -> list[list[str]]:
    return [[ast.unparse(node) for node in nodes] for nodes in corpus.uses(name)]


def test_many_names_are_found_like_few():
    names = [f"f{n}" for n in range(200)]
    texts = {f"m{n}.py": f"f{n}(1)\nx.f{n + 1}\ndef f{n + 2}(): ...\n" for n in range(200)}
    many = Corpus(texts)
    assert [_uses(many, name) for name in names] == [_uses(Corpus(texts), name) for name in names]
    assert _uses(many, "f7") == [["x.f7"], ["f7(1)"]]


def test_what_is_used_in_two_places_stands_there_twice():
    assert _uses(Corpus({"a.py": "f(1)\nf(2)\n", "b.py": "g(f)\n"}), "f") == [["f(1)", "f(2)"]]
