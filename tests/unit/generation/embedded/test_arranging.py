from __future__ import annotations

from regoose_ci.domain.observations import Call, CallKind, Outcome, OutcomeKind, Value
from regoose_ci.generation.embedded.arranging import arranged, call_in_words, has_recipes
from regoose_ci.generation.embedded.assertions import checks_of
from regoose_ci.generation.embedded.bodies import argument_body, value_body

BASKET = "(it := Basket(), it.add('pear', 2))[0]"
FILE = "(it := tmp_path / 'a.txt', it.write_text('x'))[0]"
TOTAL = Call(CallKind.METHOD, "total", BASKET, imports=("from till import Basket",))
COUNT = Call(CallKind.FUNCTION, "count", None, (f"str({FILE})", "1"))
THREE = Outcome(OutcomeKind.RETURNED, Value("int", "3"))


def test_a_recipe_becomes_lines_before_the_call() -> None:
    ready = arranged(TOTAL, ())
    assert ready.lines == ("basket = Basket()", "basket.add('pear', 2)")
    assert ready.call.receiver == "basket"
    assert ready.fixtures == ()


def test_files_need_a_directory() -> None:
    ready = arranged(COUNT, ("path", "limit"))
    assert ready.lines == ("path = tmp_path / 'a.txt'", "path.write_text('x')")
    assert ready.call.args == ("str(path)", "1")
    assert ready.fixtures == ("tmp_path",)


def test_other_calls_stay_as_they_are() -> None:
    plain = Call(CallKind.FUNCTION, "f", None, ("(1, 2)[0]",))
    assert not has_recipes(plain)
    assert arranged(plain, ()).call == plain


def test_a_call_fits_on_a_line() -> None:
    assert call_in_words(TOTAL, ()) == ("basket = Basket(); basket.add('pear', 2); basket.total()")


def test_bodies_assert_on_what_was_arranged() -> None:
    body = value_body(COUNT, THREE, checks_of(Value("int", "3")), ("path", "limit"), 88)
    assert body.lines[-1] == "assert count(str(path), 1) == 3"
    assert body.arguments == ("tmp_path",)


def test_a_changed_object_keeps_its_name() -> None:
    changed = {"self": checks_of(Value("int", "3"))[0]}
    nothing = Outcome(OutcomeKind.RETURNED, Value("NoneType", "None"))
    body = argument_body(TOTAL, nothing, changed, ())
    assert body is not None
    assert body.lines == (
        "basket = Basket()",
        "basket.add('pear', 2)",
        "basket.total()",
        "assert basket == 3",
    )


def test_steps_are_written_as_statements() -> None:
    used = "((it := Box()), it.__setitem__('a', 1), it.__delitem__('b'), it.__iadd__([2]))[0]"
    ready = arranged(Call(CallKind.METHOD, "total", used), ())
    assert ready.lines == ("box = Box()", "box['a'] = 1", "del box['b']", "box += [2]")
