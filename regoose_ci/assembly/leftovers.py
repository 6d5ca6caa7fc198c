"""What killed sessions left on this machine; containers are the sandbox's own business."""

from __future__ import annotations

from pathlib import Path

from regoose_ci.environments.cache import remove_unfinished
from regoose_ci.temporary import remove_abandoned


def clear_leftovers(cache_dir: Path) -> None:
    """Remove temporary directories and half-made cache entries of sessions that are gone."""
    remove_abandoned()
    remove_abandoned(cache_dir / "sandbox")
    for cache in cache_dir.glob("*/"):
        remove_unfinished(cache)
