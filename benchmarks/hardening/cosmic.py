"""Makes faults of one module with cosmic-ray, one a place, in a fixed random order.

    python cosmic.py MODULE.py SEED

Started by ``mutants.py`` in an environment that has cosmic-ray. One JSON object a line.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

from cosmic_ray.ast import get_ast
from cosmic_ray.mutating import MutationVisitor, mutate_code
from cosmic_ray.plugins import get_operator, operator_names

NEED_ARGUMENTS = ("core/VariableReplacer", "core/VariableInserter")


def places(source: str) -> dict[tuple[str, int], list[str]]:
    """Group operators that change the same place: (kind, occurrence) to names."""
    tree = get_ast(source)
    found: dict[tuple[str, int], list[str]] = {}
    for name in operator_names():
        if name in NEED_ARGUMENTS:
            continue
        counter = MutationVisitor(-1, get_operator(name)())
        counter.walk(tree)
        for occurrence in range(counter._count):
            kind = "_".join(name.split("_")[:2])
            found.setdefault((kind, occurrence), []).append(name)
    return found


def main() -> None:
    """Print the faults."""
    source, seed = Path(sys.argv[1]).read_text(encoding="utf-8"), int(sys.argv[2])
    rng = random.Random(seed)
    found = sorted(places(source).items())
    rng.shuffle(found)
    for (_, occurrence), names in found:
        name = rng.choice(names)
        changed = mutate_code(source, get_operator(name)(), occurrence)
        print(json.dumps({"operator": name, "source": changed}), flush=True)


main()
