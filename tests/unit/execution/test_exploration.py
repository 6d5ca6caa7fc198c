from __future__ import annotations

from collections import Counter

import anyio

from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.observations import Call, Origin, Reach
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.exploration import Exploration
from regoose_ci.execution.findings import (
    MAX_INPUTS,
    MAX_ODD,
    ODD,
    FunctionFindings,
    choose_kinds,
    reaches_change,
)
from regoose_ci.execution.pairs import GuestPair
from regoose_ci.execution.stability import confirm
from regoose_ci.inputs.pool import Pool
from regoose_ci.inputs.search import InputSearch
from regoose_ci.inputs.seeds import Seed
from tests.fakes.guests import Body, FunctionGuest, pair_of
from tests.unit.execution.changed import changed
from tests.unit.generation.observing import call
from tests.unit.inputs.chance import rng

FUNCTION = changed("price")


def explored(base: Body, head: Body, *seeds: Call, seconds: float = 1.0) -> FunctionFindings:
    pair = pair_of(FunctionGuest({"price": base}), FunctionGuest({"price": head}))
    search = InputSearch(Pool(), rng())
    search.add_seeds(Seed(seed, Origin.CARVED) for seed in seeds)
    return explored_alone(pair, FUNCTION, search, seconds)


def explored_alone(
    pair: GuestPair, function: ChangedFunction, search: InputSearch, seconds: float
) -> FunctionFindings:
    (findings,) = anyio.run(Exploration(pair, [function], search).explore, seconds)
    return findings


def test_a_difference_is_found_and_made_small() -> None:
    text = "a very long - text, with, many words, " * 5
    findings = explored(
        lambda text: text.upper(),
        lambda text: text.upper().replace("-", "_"),
        call("price", repr(text)),
    )
    found = [o.call.args[0] for o in findings.witnesses.values()]
    assert any("-" in source and len(source) < 70 for source in found)
    assert findings.reached[Revision.BASE] == findings.reached[Revision.HEAD] == findings.inputs


def test_a_short_text_that_the_project_uses_is_shown_as_it_is() -> None:
    used = call("price", "'two-part name'")
    findings = explored(
        lambda text: text.upper(), lambda text: text.upper().replace("-", "_"), used
    )
    assert used in [o.call for o in findings.witnesses.values()]


def test_the_search_comes_upon_a_difference_that_no_seed_shows() -> None:
    findings = explored(
        lambda n: n * 2, lambda n: n * 2 if n < 50 else n * 2 + 1, call("price", "5")
    )
    assert findings.witnesses


def test_an_exception_only_on_head_is_a_difference() -> None:
    def head(n: int) -> int:
        if n == 0:
            raise ValueError("no price")
        return n

    findings = explored(lambda n: n, head, call("price", "3"))
    assert call("price", "0") in [o.call for o in findings.witnesses.values()]


def test_what_does_the_same_has_no_witness() -> None:
    findings = explored(lambda n: n + 1, lambda n: 1 + n, call("price", "5"), seconds=0.3)
    assert findings.witnesses == {}
    assert findings.kept
    assert findings.explored.reached_change_on_head > 0


def test_an_accident_that_changes_its_kind_is_none() -> None:
    def base(n: object) -> int:
        return len(n)  # type: ignore[arg-type]

    def head(n: object) -> int:
        return n.size  # type: ignore[attr-defined, no-any-return]

    assert explored(base, head, call("price", "5"), seconds=0.2).witnesses == {}


def test_without_seeds_there_is_nothing_to_do() -> None:
    findings = explored(len, len, seconds=30)
    assert (findings.inputs, findings.witnesses) == (0, {})


def test_only_changed_lines_count_as_reached() -> None:
    source = FUNCTION.current
    assert reaches_change(source, Reach({source.path: (1, 2)}))
    assert not reaches_change(source, Reach({source.path: (1,)}))
    assert not reaches_change(source, Reach({"other.py": (2,)}))


def confirmed(again: Body, *, on_base: Body = lambda n: n) -> FunctionFindings:
    """Findings of a difference, confirmed where head does ``again``."""
    findings = explored(lambda n: n, lambda n: n + 1, call("price", "5"), seconds=0.2)
    pair = pair_of(FunctionGuest({"price": on_base}), FunctionGuest({"price": again}))
    anyio.run(confirm, pair, findings)
    return findings


def test_what_comes_out_the_same_again_is_kept() -> None:
    findings = confirmed(lambda n: n + 1)
    assert findings.witnesses
    assert findings.kept


def test_what_varies_is_dropped() -> None:
    counter = iter(range(10**6))
    findings = confirmed(lambda _: next(counter))
    assert findings.witnesses == {}


def test_a_difference_that_is_gone_is_dropped() -> None:
    assert confirmed(lambda n: n).witnesses == {}


class Ticket:
    """An object with a part that varies from run to run."""

    numbers = iter(range(10**6))

    def __init__(self, price: int) -> None:
        self.price = price
        self.number = next(self.numbers)


def test_parts_that_vary_are_left_out_of_an_outcome() -> None:
    pair = pair_of(FunctionGuest({"price": Ticket}), FunctionGuest({"price": Ticket}))
    search = InputSearch(Pool(), rng())
    search.add_seeds([Seed(call("price", "5"), Origin.CARVED)])
    findings = explored_alone(pair, FUNCTION, search, 0.1)
    anyio.run(confirm, pair, findings)
    assert findings.kept
    for observation in findings.kept:
        value = observation.outcomes[Revision.HEAD].value
        assert value is None or list(value.parts) == ["{}.price"]


def test_what_is_only_on_head_is_observed_there() -> None:
    added = ChangedFunction(FUNCTION.change, FUNCTION.kind, None, FUNCTION.head)
    pair = pair_of(FunctionGuest({}), FunctionGuest({"price": lambda n: n}))
    search = InputSearch(Pool(), rng())
    search.add_seeds([Seed(call("price", "5"), Origin.TYPES)])
    findings = explored_alone(pair, added, search, 0.1)
    assert findings.reached[Revision.HEAD] > 0
    assert findings.reached[Revision.BASE] == 0


def test_kinds_are_chosen_in_turn_and_differ_in_what_they_show() -> None:
    seen = Counter({
        ("result", "str", "-w:w@+"): 50, ("result", "str", "-u+w"): 40,
        ("result", "str", "-w.w+w"): 30, ("result", "str", "+ "): 1, ("raised", "x", "."): 2,
    })  # fmt: skip

    assert choose_kinds(seen, dict.fromkeys(seen, 0), 4) == [
        ("result", "str", "-w:w@+"),
        ("raised", "x", "."),
        ("result", "str", "-u+w"),
        ("result", "str", "+ "),
    ]
    assert choose_kinds(seen, {("raised", "x", "."): 0}, 4) == [("raised", "x", ".")]


def test_kinds_that_natural_inputs_show_come_first() -> None:
    odd = [("result", "str", f"+{n}") for n in "abcde"]
    seen = Counter(dict.fromkeys(odd, 50))
    natural = ("raised", "x", ".")
    chosen = choose_kinds(seen, {**dict.fromkeys(odd, ODD), natural: 1}, 8)
    assert chosen[0] == natural
    assert len(chosen) == 1 + MAX_ODD
    assert len(choose_kinds(seen, dict.fromkeys(odd, ODD), 8)) == 2 * MAX_ODD


def test_what_another_kind_explains_waits() -> None:
    seen = Counter({
        ("result", "bool", "u"): 90, ("result", "bool", "=u"): 30, ("result", "bool", "u{"): 20,
        ("result", "bool", "@["): 5,
    })  # fmt: skip
    chosen = choose_kinds(seen, dict.fromkeys(seen, 1), 3)
    assert chosen[:2] == [("result", "bool", "u"), ("result", "bool", "@[")]


def test_fewer_kinds_are_chosen_that_inputs_alone_tell_apart() -> None:
    seen = Counter({("result", "list", "list", "inputs", mark): 5 for mark in "abcdef"})
    told = Counter({("result", "str", "str", "edits", f"-{mark}+"): 5 for mark in "abcdef"})
    ranks = dict.fromkeys([*seen, *told], 0)
    assert Counter(kind[1] for kind in choose_kinds(seen + told, ranks, 20)) == {
        "list": MAX_INPUTS,
        "str": 6,
    }
