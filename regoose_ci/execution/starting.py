"""Sets up the search for one function's inputs: from recorded and written calls, and from types."""

from __future__ import annotations

import dataclasses
import hashlib
import random
from collections.abc import Sequence

from regoose_ci.analysis.material import FunctionMaterial
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.observations import Call, Origin
from regoose_ci.execution.harvest import recorded_receivers, recorded_seeds
from regoose_ci.guest.protocol import Described, Recorded
from regoose_ci.inputs.pool import Pool, within_alphabet
from regoose_ci.inputs.search import InputSearch
from regoose_ci.inputs.seeds import Seed, literal_seeds, typed_seeds


def search_for(
    material: FunctionMaterial, recorded: Sequence[Recorded], described: list[Described]
) -> InputSearch:
    """Set up the search: recorded calls, written calls, calls from types."""
    function = material.function
    seed = int.from_bytes(hashlib.sha256(function.id.encode()).digest()[:4], "big")
    rng = random.Random(seed)  # noqa: S311 - repeatable, not secret
    module = function.current.module
    named = (repr(module), f"[{module!r}]")  # plug-ins are often switched on by their module's name
    carved = recorded_seeds(recorded)
    usable = [d for d in described if not d.error]
    written = [Seed(_as_imported(c, function, usable), Origin.CALL_SITE) for c in material.calls]
    known = [seed.call for seed in (*carved, *written)]
    arguments = [argument for call in known for argument in call.args]
    literals = within_alphabet(material.literals, (*arguments, *function.literals))
    pool = Pool(literals, (*function.literals, *named))
    pool.prefer_like(arguments)
    search = InputSearch(pool, rng)
    search.add_seeds(carved)
    search.add_seeds(written)
    search.add_seeds(literal_seeds(known, pool))
    receivers = recorded_receivers(recorded)
    for one in usable:
        search.add_seeds(typed_seeds(one, pool, receivers, rng))
    return search


def _as_imported(call: Call, function: ChangedFunction, described: list[Described]) -> Call:
    """Import a written call's function from where the project makes it public."""
    root = function.current.qualname.partition(".")[0]
    private = f"from {function.current.module} import {root}"
    public = next((i for d in described for i in d.imports if i.endswith(f" import {root}")), None)
    if public is None or private not in call.imports:
        return call
    imports = tuple(public if i == private else i for i in call.imports)
    return dataclasses.replace(call, imports=imports)
