"""Make the tree of one revision importable.

A project of plain Python needs no build: its tree is what an editable installation would put
on the path. That is faster, and nothing of the project runs outside a guest. Missing are only
the version file that its build would write and its metadata, and both are written from what
the project's files say. A project with extension modules is built by its own backend in the
build sandbox, and what the tree lacks is added from the wheel.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import anyio

from regoose_ci.environments.cache import make_readable
from regoose_ci.environments.layout import find_import_roots, needs_build
from regoose_ci.environments.metadata import write_dist_info
from regoose_ci.environments.project_build import ProjectBuilder
from regoose_ci.environments.project_files import ProjectRequirements
from regoose_ci.environments.tree_files import write_new_file
from regoose_ci.environments.versions import is_version, render_version_file
from regoose_ci.environments.wheel import WheelContent, WheelError, unpack_missing


@dataclass(frozen=True)
class PreparedTree:
    """A tree that can be imported.

    ``import_roots`` are relative to ``root`` and go on the path in their order. ``overlay``
    holds the project's metadata and goes behind them. ``fallbacks`` are sentences for the
    report on what was to be built and is not.
    """

    root: Path
    import_roots: tuple[str, ...]
    overlay: Path
    fallbacks: tuple[str, ...] = ()


async def prepare_project(
    tree: Path,
    requirements: ProjectRequirements,
    overlay: Path,
    version: str | None = None,
    builder: ProjectBuilder | None = None,
) -> PreparedTree:
    """Make the exported ``tree``, which is ours to add files to, importable.

    ``overlay`` is an empty or missing directory of ours. ``version`` is the nearest one known,
    from a tag perhaps; else what the project states is taken, else ``0``. Without a
    ``builder``, nothing is built.

    Raises:
        InfrastructureError: the build sandbox itself failed.
    """
    paths = await anyio.to_thread.run_sync(_list_files, tree)
    roots = find_import_roots(requirements, paths)
    known = next((v for v in (version, requirements.version) if is_version(v)), None) or "0"
    for file in requirements.version_files:
        write_new_file(tree, file.path, render_version_file(file, known).encode())
    content: WheelContent | None = None
    fallbacks: tuple[str, ...] = ()
    if needs_build(requirements, paths):
        content, fallbacks = await _build(
            PreparedTree(tree, roots, overlay), requirements, known, builder
        )
    if content is None or not content.has_metadata:
        await anyio.to_thread.run_sync(write_dist_info, overlay, requirements, known)
    await anyio.to_thread.run_sync(_publish, tree, overlay)
    return PreparedTree(tree, roots, overlay, fallbacks)


async def _build(
    prepared: PreparedTree,
    requirements: ProjectRequirements,
    version: str,
    builder: ProjectBuilder | None,
) -> tuple[WheelContent | None, tuple[str, ...]]:
    reason = "there is no sandbox to build them in"
    if builder is not None:
        try:
            wheel = await builder.build_wheel(prepared.root, requirements, version)
            content = await anyio.to_thread.run_sync(
                unpack_missing, wheel, prepared.root, prepared.import_roots[0], prepared.overlay
            )
        except WheelError as error:
            reason = str(error)
        else:
            return content, ()
    sentence = f"The project's extension modules were not built and its tree was used: {reason}."
    return None, (sentence,)


def _publish(tree: Path, overlay: Path) -> None:
    overlay.mkdir(parents=True, exist_ok=True)  # it is mounted also when nothing came into it
    make_readable(overlay)
    make_readable(tree)


def _list_files(tree: Path) -> Sequence[str]:
    found: list[str] = []
    for parent, directories, names in os.walk(tree):
        directories[:] = sorted(d for d in directories if d != ".git")
        base = Path(parent).relative_to(tree)
        found.extend((base / name).as_posix() for name in sorted(names))
    return found
