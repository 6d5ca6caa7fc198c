"""What host and guest say to each other: jobs down, results up, as JSON in sized frames.

Standard library only, because the guest's supervisor runs without site-packages. The host
treats results as hostile and validates them against these types (``sandbox/frames.py``).
"""

from __future__ import annotations

from .calls import INPUTS_MODULE, Call, CallKind, Outcome, OutcomeKind, Raised, Reach, Value
from .frames import END, ITEM, MAX_FRAME, ProtocolError, read_frame, to_json, write_frame
from .jobs import (
    Described,
    DescribeJob,
    Evaluated,
    EvaluateJob,
    Fault,
    Made,
    Mutated,
    MutateJob,
    Parameter,
    Recorded,
    RecordJob,
    Regex,
    RunTestJob,
    RunTestsJob,
    Target,
    TestRun,
    TypeForm,
)
from .recipes import IT, TMP_PATH, has_recipe, read_recipe, recipe
from .session import (
    ENVIRONMENT,
    GUEST,
    PYTHON,
    REPOSITORY,
    TO_OBSERVE,
    TO_TEST,
    TOOLS,
    GuestSetup,
    Reply,
    Request,
)

__all__ = [
    "END",
    "ENVIRONMENT",
    "GUEST",
    "INPUTS_MODULE",
    "IT",
    "ITEM",
    "MAX_FRAME",
    "PYTHON",
    "REPOSITORY",
    "TMP_PATH",
    "TOOLS",
    "TO_OBSERVE",
    "TO_TEST",
    "Call",
    "CallKind",
    "DescribeJob",
    "Described",
    "EvaluateJob",
    "Evaluated",
    "Fault",
    "GuestSetup",
    "Made",
    "MutateJob",
    "Mutated",
    "Outcome",
    "OutcomeKind",
    "Parameter",
    "ProtocolError",
    "Raised",
    "Reach",
    "RecordJob",
    "Recorded",
    "Regex",
    "Reply",
    "Request",
    "RunTestJob",
    "RunTestsJob",
    "Target",
    "TestRun",
    "TypeForm",
    "Value",
    "has_recipe",
    "read_frame",
    "read_recipe",
    "recipe",
    "to_json",
    "write_frame",
]
