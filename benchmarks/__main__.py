"""Run benchmarks: ``python -m benchmarks [NAME [OPTION …]]``.

Without a name, those are run that need nothing but this machine.
"""

from __future__ import annotations

import runpy
import sys

NAMES = (
    "analysis",
    "sandbox",
    "leaks",
    "regressions",
    "embedded",
    "models",
    "scale",
    "llama_server",
    "coverup",
)
STANDALONE = ("analysis", "sandbox")


def main() -> None:
    """Run the benchmark that is named, or all that stand alone."""
    name, *options = sys.argv[1:] or [""]
    if name and name not in NAMES:
        sys.exit(f"there is no benchmark {name}; there are: {', '.join(NAMES)}")
    for chosen in (name,) if name else STANDALONE:
        sys.argv = [chosen, *options]
        runpy.run_module(f"benchmarks.{chosen}", run_name="__main__")


if __name__ == "__main__":
    main()
