"""The agents of one session, with a model's part in it or without."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext

from regoose_ci.agents.analyzer import Analyzer
from regoose_ci.agents.board import Board
from regoose_ci.agents.explorer import Explorer
from regoose_ci.agents.generator import GeneratorAgent
from regoose_ci.agents.judge import Judge
from regoose_ci.agents.modelling import Observing, model_generator
from regoose_ci.agents.orchestrator import Agent
from regoose_ci.agents.preparer import Prepare, Preparer
from regoose_ci.agents.recorded import (
    RecordedExplorer,
    RecordedValidator,
    ReplayedExplorer,
    ReplayedValidator,
    recorded_laboratory,
    replayed_laboratory,
)
from regoose_ci.agents.recorded_trials import (
    RecordedObserving,
    RecordedRehearsing,
    ReplayedObserving,
    ReplayedRehearsing,
)
from regoose_ci.agents.rehearsal import Rehearsing, rehearsing
from regoose_ci.agents.validator import Validator
from regoose_ci.execution.observation import observing
from regoose_ci.generation.base import Generator
from regoose_ci.generation.embedded.generator import EmbeddedGenerator
from regoose_ci.generation.llm.judge import ModelJudge
from regoose_ci.providers.session import ModelSession


def make_team(
    board: Board, prepare: Prepare, models: ModelSession | None
) -> dict[str, Agent[Board]]:
    """Return the agents by the names that plans give them; without models the embedded ones."""
    return {
        "analyzer": Analyzer(),
        "preparer": Preparer(prepare),
        "explorer": Explorer(),
        "generator": GeneratorAgent(_embedded),
        "validator": Validator(),
        "judge": Judge(),
        **(_with_models(board, prepare, models) if models is not None else {}),
    }


def _embedded(_: Board) -> AbstractAsyncContextManager[Generator]:
    return nullcontext(EmbeddedGenerator())


def _with_models(board: Board, prepare: Prepare, models: ModelSession) -> dict[str, Agent[Board]]:
    team: dict[str, Agent[Board]] = {}
    watch: Observing = observing
    rehearse: Rehearsing = rehearsing
    if (recorder := models.recorder) is not None:
        team = {
            "preparer": Preparer(recorded_laboratory(prepare, recorder)),
            "explorer": RecordedExplorer(recorder),
            "validator": RecordedValidator(recorder),
        }
        watch, rehearse = RecordedObserving(recorder), RecordedRehearsing(recorder)
    if (recording := models.recording) is not None:
        team = {
            "preparer": Preparer(replayed_laboratory(recording)),
            "explorer": ReplayedExplorer(recording),
            "validator": ReplayedValidator(recording),
        }
        watch, rehearse = ReplayedObserving(recording), ReplayedRehearsing(recording)
    judge = ModelJudge(models.asker, lambda error: board.unjudged.append(error.message))
    return {
        **team,
        "generator": GeneratorAgent(lambda b: model_generator(b, models.asker, watch, rehearse)),
        "judge": Judge(judge.judge),
    }
