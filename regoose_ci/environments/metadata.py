"""Synthesise the ``.dist-info`` directory that installing a project would have made.

``importlib.metadata`` then finds the project's version and entry points although it was never
installed. Without a ``RECORD``, nobody takes it for something to uninstall.
"""

from __future__ import annotations

import re
from pathlib import Path

from regoose_ci.environments.project_files import ProjectRequirements


def write_dist_info(overlay: Path, requirements: ProjectRequirements, version: str) -> Path | None:
    """Write ``<name>-<version>.dist-info`` into ``overlay``; ``None`` if the name is unknown."""
    name = requirements.distribution_name
    if name is None or not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", name):
        return None
    directory = overlay / f"{re.sub(r'[-_.]+', '_', name)}-{version}.dist-info"
    directory.mkdir(parents=True)
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    if requirements.requires_python:
        lines.append(f"Requires-Python: {_one_line(requirements.requires_python)}")
    lines += [f"Requires-Dist: {_one_line(d)}" for d in requirements.dependencies]
    (directory / "METADATA").write_text("\n".join(lines) + "\n", encoding="utf-8")
    points = _entry_points(requirements)
    if points:
        (directory / "entry_points.txt").write_text(points, encoding="utf-8")
    return directory


def _entry_points(requirements: ProjectRequirements) -> str:
    groups: dict[str, list[str]] = {}
    for point in requirements.entry_points:
        line = f"{_one_line(point.name)} = {_one_line(point.value)}"
        groups.setdefault(_one_line(point.group), []).append(line)
    return "\n".join(f"[{group}]\n" + "\n".join(lines) + "\n" for group, lines in groups.items())


def _one_line(text: str) -> str:
    return " ".join(text.split())
