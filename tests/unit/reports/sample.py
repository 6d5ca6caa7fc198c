"""A review of a small ``slugger`` package, as rich as reports get, and the tests it suggests."""

from __future__ import annotations

from datetime import datetime, timezone

from regoose_ci.domain.report import (
    AcceptedTestReport,
    BehaviourChangeReport,
    Cost,
    CoverageReport,
    EnvironmentInfo,
    Explored,
    FunctionReport,
    GeneratorInfo,
    Limits,
    MutationReport,
    RejectedTestReport,
    ReviewReport,
    SandboxInfo,
    ScreenedTestReport,
    SurvivorReport,
    Timings,
    Totals,
)

SLUGIFY = '''\
def slugify(text: str, separator: str = "-", max_length: int = 0) -> str:
    """Return ``text`` as a name that can be part of a URL."""
    text = unicodedata.normalize("NFKD", text)
    text = text.encode("ascii", "ignore").decode("ascii")
    text = text.lower().strip()
    words = re.split(r"[^a-z0-9]", text)
    slug = separator.join(words)
    if max_length and len(slug) > max_length:
        slug = truncate(slug, max_length, separator)
    return slug.strip(separator)
'''
TRUNCATE = '''\
def truncate(slug: str, max_length: int, separator: str = "-") -> str:
    """Shorten a slug, between words where that is possible."""
    if len(slug) <= max_length:
        return slug
    if max_length <= 0:
        raise ValueError(f"max_length must be positive, not {max_length}")
    cut = slug[:max_length]
    if slug[max_length] == separator:
        return cut
    head, found, _ = cut.rpartition(separator)
    return head if found else cut
'''
UNIQUE = """\
def unique(self, text: str) -> str:
    slug = self._slugify(text)
    number = self._seen.get(slug, 0)
    self._seen[slug] = number + 1
    return f"{slug}-{number}" if number else slug
"""
CATCHING_SLUGIFY = """\
from slugger.core import slugify


def test_slugify_joins_words_across_repeated_punctuation():
    assert slugify("Tom & Jerry") == "tom-jerry"
"""
CATCHING_TRUNCATE = """\
import pytest

from slugger.core import truncate


def test_truncate_to_nothing_is_empty():
    assert truncate("tom-jerry", 0) == ""
"""
SUGGESTED_SLUGIFY = """\
import pytest

from slugger.core import slugify


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello World", "hello-world"),
        ("Crème brûlée", "creme-brulee"),
        ("  padded  ", "padded"),
        ("", ""),
    ],
)
def test_slugify_keeps_ascii_words(text, expected):
    assert slugify(text) == expected


def test_slugify_uses_the_separator():
    assert slugify("Hello World", separator="_") == "hello_world"


def test_slugify_shortens_between_words():
    assert slugify("Hello World again", max_length=12) == "hello-world"
"""
SUGGESTED_UNIQUE = """\
from slugger.registry import Registry


def test_unique_numbers_repeated_slugs():
    registry = Registry()
    assert [registry.unique("A b") for _ in range(3)] == ["a-b", "a-b-1", "a-b-2"]
"""
TESTS = {
    "tests/test_slugify.py": SUGGESTED_SLUGIFY,
    "tests/test_registry_unique.py": SUGGESTED_UNIQUE,
    "tests/test_slugify_catching.py": CATCHING_SLUGIFY,
    "tests/test_truncate_catching.py": CATCHING_TRUNCATE,
}


def hardening(
    name: str, file: str, covers: tuple[int, ...] = (), kills: int = 0
) -> AcceptedTestReport:
    return AcceptedTestReport(
        id=f"h-{name[5:17]}",
        name=name,
        file=file,
        kind="hardening",
        origin="embedded",
        base="passed",
        head="passed",
        covers_lines=covers,
        kills=kills,
    )


def catching(identifier: str, name: str, file: str) -> AcceptedTestReport:
    return AcceptedTestReport(
        id=identifier,
        name=name,
        file=file,
        kind="catching",
        origin="embedded",
        base="passed",
        head="failed",
    )


def slugify_function() -> FunctionReport:
    file = "tests/test_slugify.py"
    return FunctionReport(
        path="src/slugger/core.py",
        qualname="slugify",
        change="modified",
        line=41,
        status="tested",
        explored=Explored(inputs=214, reached_change_on_base=209, reached_change_on_head=209),
        behaviour_changes=(
            BehaviourChangeReport(
                id="b7f3a1",
                call="slugify('Tom & Jerry')",
                base="returns 'tom-jerry'",
                head="returns 'tom---jerry'",
                test=CATCHING_SLUGIFY,
                intended="no",
                confidence=0.86,
                rationale="The title speaks of a faster split; words used to be split at runs of"
                " punctuation and are now split at every single character.",
            ),
        ),
        tests=(
            catching(
                "b7f3a1",
                "test_slugify_joins_words_across_repeated_punctuation",
                "tests/test_slugify_catching.py",
            ),
            hardening("test_slugify_keeps_ascii_words", file, (46, 47), 4),
            hardening("test_slugify_uses_the_separator", file, (46, 47), 1),
            hardening("test_slugify_shortens_between_words", file, (46, 47, 48, 49), 2),
        ),
        rejected=(
            RejectedTestReport(name="test_slugify_empty", reason="duplicate"),
            RejectedTestReport(name="test_slugify_digits", reason="no_gain"),
            RejectedTestReport(name="test_slugify_long_text", reason="no_gain"),
        ),
        coverage=CoverageReport(
            changed_lines=(46, 47, 48, 49), covered=(46, 47, 48, 49), branches=2, covered_branches=2
        ),
        mutation=MutationReport(
            mutants=8,
            killed=7,
            survivors=(SurvivorReport(line=48, description="`>` became `>=`"),),
        ),
        source=SLUGIFY,
    )


def truncate_function() -> FunctionReport:
    return FunctionReport(
        path="src/slugger/core.py",
        qualname="truncate",
        change="modified",
        line=54,
        status="tested",
        explored=Explored(inputs=98, reached_change_on_base=61, reached_change_on_head=58),
        behaviour_changes=(
            BehaviourChangeReport(
                id="c09d5e",
                call="truncate('tom-jerry', 0)",
                base="returns ''",
                head="raises ValueError: max_length must be positive, not 0",
                test=CATCHING_TRUNCATE,
                intended="yes",
                confidence=0.92,
                rationale="The description says that a length of zero is refused from now on.",
            ),
        ),
        tests=(
            catching(
                "c09d5e", "test_truncate_to_nothing_is_empty", "tests/test_truncate_catching.py"
            ),
        ),
        coverage=CoverageReport(
            changed_lines=(58, 59, 61, 62), covered=(58, 59, 61), branches=4, covered_branches=3
        ),
        mutation=MutationReport(mutants=5, killed=4),
        source=TRUNCATE,
    )


def unique_function() -> FunctionReport:
    return FunctionReport(
        path="src/slugger/registry.py",
        qualname="Registry.unique",
        change="added",
        line=23,
        status="tested",
        explored=Explored(inputs=40, reached_change_on_head=40),
        tests=(
            hardening(
                "test_unique_numbers_repeated_slugs",
                "tests/test_registry_unique.py",
                (24, 25, 26, 27),
                3,
            ).model_copy(update={"base": "error"}),
        ),
        screened=(
            ScreenedTestReport(
                name="test_unique_survives_restart",
                finding="imports subprocess, which starts programs",
            ),
        ),
        rejected=(RejectedTestReport(name="test_unique_threads", reason="flaky"),),
        coverage=CoverageReport(
            changed_lines=(24, 25, 26, 27), covered=(24, 25, 26, 27), branches=2, covered_branches=2
        ),
        mutation=MutationReport(mutants=3, killed=3),
        source=UNIQUE,
    )


def skipped_function() -> FunctionReport:
    return FunctionReport(
        path="src/slugger/server.py",
        qualname="SlugServer._handle_upload",
        change="modified",
        line=112,
        status="skipped",
        reason="needs_unavailable_resource",
        detail="ConnectionRefusedError: [Errno 111] Connection refused",
    )


def unchanged_function(number: int = 0) -> FunctionReport:
    return FunctionReport(
        path="src/slugger/words.py",
        qualname=f"split_words_{number}" if number else "split_words",
        change="impacted",
        line=12,
        status="tested",
        explored=Explored(inputs=312, reached_change_on_base=312, reached_change_on_head=312),
    )


def review(*functions: FunctionReport) -> ReviewReport:
    """A finished review of these functions; of nothing in particular without any."""
    return ReviewReport(
        session_id="01J9Z3V6M8",
        started_at=datetime(2026, 11, 20, 9, 31, 12, tzinfo=timezone.utc),
        duration_s=14.2,
        repository="example/slugger",
        title="Split words faster; refuse a length of zero",
        description="truncate() now refuses max_length=0.",
        base_sha="5f1c9ab0d2e47c33b1a0f6d7e8c9b0a1d2e3f405",
        head_sha="c3d21e77a90b4f5d86e1a2b3c4d5e6f708192a3b",
        generator=GeneratorInfo(name="embedded"),
        sandbox=SandboxInfo(
            engine="podman",
            level="rootless",
            limits=Limits(memory_mb=512, pids=64, cpus=1, tmp_mb=64, output_kb=256, deadline_s=30),
            degraded=("cpus",),
        ),
        environment=EnvironmentInfo(
            python="3.12.7",
            source="uv.lock",
            fallbacks=("The project could not be built; its src folder is on the path instead.",),
        ),
        functions=functions,
        totals=Totals(
            functions=len(functions),
            tests=sum(len(function.tests) for function in functions),
            behaviour_changes=sum(len(function.behaviour_changes) for function in functions),
        ),
        timings=Timings(
            analysis_s=0.21,
            environment_s=3.4,
            exploration_s=5.9,
            generation_s=0.8,
            execution_s=3.1,
            report_s=0.1,
            first_change_s=4.6,
        ),
        cost=Cost(
            requests=3, prompt_tokens=4210, completion_tokens=655, usd=0.0134, cached_requests=1
        ),
    )


def sample_review() -> ReviewReport:
    """Two behaviour changes, one of them meant, a new function, a silent one, one left out."""
    return review(
        slugify_function(),
        truncate_function(),
        unique_function(),
        unchanged_function(),
        skipped_function(),
    )


def large_review(functions: int) -> tuple[ReviewReport, dict[str, str]]:
    """A review of many functions like ``slugify``, each with its own file of tests."""
    reports = []
    tests = {}
    for number in range(functions):
        file = f"tests/test_slugify_{number}.py"
        function = slugify_function()
        kept = tuple(test.model_copy(update={"file": file}) for test in function.tests)
        reports.append(function.model_copy(update={"qualname": f"slugify_{number}", "tests": kept}))
        tests[file] = SUGGESTED_SLUGIFY
    return review(*reports), tests
