"""A review with a model that takes one second to answer: how much longer than its longest chain?

    python -m benchmarks.models [RUNS]

Reviews eight functions of the sample package `till` together, then the one that was asked about
most often (of several the one that was done last) alone: what it takes alone is the critical path.
Does so RUNS times (5), each line being one, and ends with the medians. Every answer comes from the
labelled bag's good samples.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import uuid
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from regoose_ci.domain.report import ReviewReport
from tests.e2e.program import Program
from tests.e2e.project import Project
from tests.e2e.till import Answers, make_till
from tests.fakes.bag import read_samples
from tests.fakes.openai_server import KEY, Asked, FakeOpenAIServer, Personality

RUNS = 5
LATENCY_S = 1.0
BUDGET = "16"
FUNCTIONS = ("to_cents", "split", "discount", "slug", "initials", "shorten", "reorder", "take")
_PROPOSED = re.compile(r"^Function `(\w+)` of module `[\w.]+` \(", re.MULTILINE)


@dataclass(frozen=True)
class Measured:
    """One review: what it reports, and what the server saw."""

    report: ReviewReport
    asked: list[Asked]
    most_at_once: int
    finished: list[str]
    """Names of functions in the order in which their tests were written."""

    @property
    def requests(self) -> Counter[str]:
        """How often each function was asked about."""
        found = (_PROPOSED.search(asked.text) for asked in self.asked)
        return Counter(match.group(1) for match in found if match)

    @property
    def longest(self) -> str:
        """The function with the longest chain of requests; of several the one done last."""
        return max(self.finished, key=lambda name: (self.requests[name], self.finished.index(name)))


def main() -> None:
    """Measure and print."""
    runs = []
    for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS):
        runs.append(_run())
        print(json.dumps(runs[-1]), flush=True)
    figures = [name for name, value in runs[0].items() if isinstance(value, float)]
    medians = {name: median(float(run[name]) for run in runs) for name in figures}
    print(json.dumps({"runs": len(runs), **medians}))


def _run() -> dict[str, int | float | str]:
    """Review all functions together, and the longest chain alone."""
    with tempfile.TemporaryDirectory(prefix="regoose-models-") as directory:
        till = make_till(Path(directory) / "repository")
        together = _review(till, Path(directory) / "together", FUNCTIONS)
        longest = together.longest
        alone = _review(till, Path(directory) / "alone", (longest,))
    wall, path = together.report.timings.generation_s, alone.report.timings.generation_s
    return {
        "functions": len(together.report.functions),
        "requests": len(together.asked),
        "most at once": together.most_at_once,
        "longest chain": longest,
        "its requests": together.requests[longest],
        "its requests when alone": alone.requests[longest],
        "generation, all, s": wall,
        "generation, longest chain alone, s": path,
        "wall over critical path": round(wall / path, 2),
        "whole review, s": together.report.duration_s,
    }


def _review(till: Project, place: Path, functions: tuple[str, ...]) -> Measured:
    place.mkdir()
    program = Program(place)
    samples = tuple(s for s in read_samples({}) if s.label == "good")
    model = f"m-{uuid.uuid4().hex}"  # no earlier run has left answers of it in the cache
    personality = Personality(models=frozenset({model}))
    with FakeOpenAIServer(personality, Answers(samples, LATENCY_S)) as server:
        only = [word for name in functions for word in ("--only", name)]
        arguments = ("--provider", "openai", "--model", model, "--base-url", server.url)
        ended = program.run("review", str(till.path), *only, *arguments, "--budget", BUDGET,
                            OPENAI_API_KEY=KEY)  # fmt: skip
    return Measured(ended.report, server.asked, server.most_at_once, _finished(ended.out))


def _finished(out: Path) -> list[str]:
    events = [json.loads(line) for line in (out / "session.jsonl").read_text().splitlines()]
    return [
        event["function"].rpartition("::")[2]
        for event in events
        if (event["event"], event.get("stage")) == ("function_finished", "generation")
    ]


if __name__ == "__main__":
    main()
