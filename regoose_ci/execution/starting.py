"""Sets up the search for inputs: from recorded and written calls, and from types."""

from __future__ import annotations

import dataclasses
import hashlib
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from typing import TypeVar

from regoose_ci.analysis.keywords import keywords_taken
from regoose_ci.analysis.material import FunctionMaterial
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.observations import Call, Origin
from regoose_ci.execution.harvest import recorded_seeds
from regoose_ci.guest.protocol import Described, Recorded
from regoose_ci.inputs.known import KnownObjects
from regoose_ci.inputs.patterns import samples
from regoose_ci.inputs.pool import Pool, within_alphabet
from regoose_ci.inputs.search import InputSearch
from regoose_ci.inputs.seeds import Seed, keyword_seeds, switched_seeds, typed_seeds

MAX_WITH_KEYWORDS = 60
MAX_THROUGH_CALLERS = 30
"""Calls from types of a public caller of a changed function."""

MAX_SAMPLES = 8
MAX_MATCHING = 120
"""Texts that match regular expressions: of one, and of all."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Subject:
    """A function to explore with what is known of it: itself and its public callers described."""

    material: FunctionMaterial
    described: tuple[Described, ...]
    recorded: tuple[Recorded, ...]

    @property
    def function(self) -> ChangedFunction:
        """The changed function."""
        return self.material.function

    @property
    def usable(self) -> list[Described]:
        """What can be called."""
        return [d for d in self.described if not d.error]

    def written(self) -> list[Seed]:
        """Return calls that stand in the project's code and documents."""
        return [
            Seed(_as_imported(call, self.function, self.usable), Origin.CALL_SITE)
            for call in self.material.calls
        ]


def search_for(subjects: Sequence[Subject], objects: KnownObjects) -> InputSearch:
    """Return a search that begins with every subject's best inputs, in turn."""
    functions = [subject.function for subject in subjects]
    names = "\0".join(function.id for function in functions)
    seed = int.from_bytes(hashlib.sha256(names.encode()).digest()[:4], "big")
    rng = random.Random(seed)  # noqa: S311 - repeatable, not secret
    carved = _by_callable(s for subject in subjects for s in recorded_seeds(subject.recorded))
    written = _by_callable(s for subject in subjects for s in subject.written())
    known = [seed.call for seed in (*carved, *written)]
    pool = _pool(subjects, [argument for call in known for argument in call.args], rng)
    search = InputSearch(pool, rng)
    search.add_seeds(carved)
    search.add_seeds(_in_turn([written, switched_seeds(known, pool)]))
    for subject in subjects:
        own = [call for call in known if call.name == subject.described[0].name]
        keywords = keywords_taken(subject.function.current.source)
        search.add_seeds(islice(keyword_seeds(own, keywords, pool), MAX_WITH_KEYWORDS))
    search.add_seeds(
        _in_turn(
            islice(
                typed_seeds(one, pool, objects, rng),
                MAX_THROUGH_CALLERS if one.id in subject.function.entry_points else None,
            )
            for subject in subjects
            for one in subject.usable
        )
    )
    return search


def _by_callable(seeds: Iterable[Seed]) -> list[Seed]:
    """Let what is called take turns."""
    columns: dict[str, list[Seed]] = {}
    for seed in seeds:
        columns.setdefault(seed.call.name, []).append(seed)
    return _in_turn(columns.values())


def _pool(subjects: Sequence[Subject], arguments: list[str], rng: random.Random) -> Pool:
    changed = _in_turn([subject.function.literals for subject in subjects])
    matching = (
        repr(text)
        for regex in dict.fromkeys(r for s in subjects for d in s.described for r in d.patterns)
        for text in samples(regex.pattern, regex.flags, rng, MAX_SAMPLES)
    )
    literals = _in_turn([*(s.material.literals for s in subjects), islice(matching, MAX_MATCHING)])
    modules = dict.fromkeys(subject.function.current.module for subject in subjects)
    # plug-ins are often switched on by their module's name
    named = [source for m in modules for source in (repr(m), f"[{m!r}]")]
    pool = Pool(within_alphabet(literals, (*arguments, *changed)), (*changed, *named))
    pool.prefer_like(arguments)
    return pool


def _in_turn(columns: Iterable[Iterable[_T]]) -> list[_T]:
    """Take from each column in turn, nothing twice."""
    rows: Iterator[tuple[_T | None, ...]] = zip_longest(*columns)
    return list(dict.fromkeys(item for item in chain.from_iterable(rows) if item is not None))


def _as_imported(call: Call, function: ChangedFunction, described: Sequence[Described]) -> Call:
    """Import a written call's function from where the project makes it public."""
    root = function.current.qualname.partition(".")[0]
    private = f"from {function.current.module} import {root}"
    public = next((i for d in described for i in d.imports if i.endswith(f" import {root}")), None)
    if public is None or private not in call.imports:
        return call
    imports = tuple(public if i == private else i for i in call.imports)
    return dataclasses.replace(call, imports=imports)
