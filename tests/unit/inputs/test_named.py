from __future__ import annotations

import ast

import pytest

from regoose_ci.guest.protocol import Parameter, TypeForm
from regoose_ci.inputs.known import KnownObjects
from regoose_ci.inputs.named import texts_for
from regoose_ci.inputs.pool import Pool
from regoose_ci.inputs.seeds import keyword_seeds
from regoose_ci.inputs.typed import TypedInputs
from tests.unit.generation.observing import call


@pytest.mark.parametrize(
    ("name", "text"),
    [("tz", "UTC"), ("base_url", "//example.com"), ("_Encoding", "utf-8"), ("host_name", "[::1]")],
)
def test_names_suggest_texts(name: str, text: str) -> None:
    assert text in map(ast.literal_eval, texts_for(name))


def test_the_last_word_says_most_and_most_names_say_nothing() -> None:
    assert texts_for("file_encoding")[0] == "'utf-8'"
    assert texts_for("thing") == texts_for("") == ()


def test_a_text_of_that_name_gets_them_beside_others() -> None:
    inputs = TypedInputs(Pool(["'eggs'"]), KnownObjects())
    text, number = (Parameter("email", "keyword_only", TypeForm(k)) for k in ("str", "int"))
    found = [written.source for written in inputs.for_parameter(text)]
    assert found[:2] == ["'eggs'", "'a@b.org'"]
    assert "'a@b.org'" not in {written.source for written in inputs.for_parameter(number)}


def test_a_keyword_of_that_name_gets_them_first() -> None:
    found = [s.call.kwargs[0] for s in keyword_seeds([call("get")], ["tzinfo", "thing"], Pool())]
    assert found[0] == ("tzinfo", "'UTC'")
    assert found[1][0] == "thing"
