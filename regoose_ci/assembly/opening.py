"""From a request to the change it is about: a git range, a work tree, releases, or modules."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import anyio.to_thread

from regoose_ci.assembly.laboratory import ExportableSource
from regoose_ci.assembly.sources import (
    GitChange,
    GitModules,
    check_not_empty,
    releases_as_repository,
    repository_name,
)
from regoose_ci.config import Settings
from regoose_ci.domain.request import RequestKind, ReviewRequest
from regoose_ci.domain.revisions import Revision
from regoose_ci.environments.fetched_python import find_or_fetch_interpreter
from regoose_ci.environments.package_requirement import fetch_release, parse_comparison
from regoose_ci.environments.uv import Uv
from regoose_ci.repository.git import GitRepository, RevisionRange


@dataclass(frozen=True, slots=True)
class Opened:
    """A request with its change found: what is reviewed, and what to install besides."""

    source: ExportableSource
    title: str
    description: str
    repository: str
    requirements: tuple[str, ...] = ()


async def open_change(request: ReviewRequest, settings: Settings, scratch: Path) -> Opened:
    """Find the change that a request asks for; releases are fetched into ``scratch``.

    Raises:
        RegooseError: there is no such change, or it cannot be fetched.
    """
    if request.kind is RequestKind.COMPARE:
        return await _open_releases(request, settings, scratch)
    return await anyio.to_thread.run_sync(_open_repository, request)


async def _open_releases(request: ReviewRequest, settings: Settings, scratch: Path) -> Opened:
    assert request.packages is not None
    base, head = parse_comparison(*request.packages)
    uv, cache = Uv(), settings.cache_dir
    interpreter = await find_or_fetch_interpreter(
        request.python, scratch, version=settings.python_version, uv=uv, cache_dir=cache
    )
    old = await fetch_release(base, interpreter, uv, cache)
    new = await fetch_release(head, interpreter, uv, cache)
    names = (f"{base.name}=={base.version}", f"{head.name}=={head.version}")
    path = await anyio.to_thread.run_sync(
        releases_as_repository, old.root, new.root, names, scratch / "releases"
    )
    repository = GitRepository.open(path)
    change = GitChange(repository, repository.resolve_range("HEAD^", "HEAD"))
    requires = tuple(dict.fromkeys([*new.requires, *old.requires]))
    title = request.title or f"Bump {base.name} from {base.version} to {head.version}"
    return Opened(change, title, request.description, base.name, requires)


def _open_repository(request: ReviewRequest) -> Opened:
    repository = GitRepository.open(request.repository)
    name = repository_name(repository.root)
    source: ExportableSource
    if request.kind is RequestKind.HARDEN:
        source = GitModules(repository, _resolve_head(repository, request), request.paths)
        return Opened(source, request.title, request.description, name)
    if request.worktree:
        source = GitChange(repository, repository.resolve_worktree(request.base))
    else:
        source = GitChange(repository, _resolve(repository, request))
        check_not_empty(source)
    title, body = repository.message(source.shas[Revision.HEAD])
    if request.worktree:
        title, body = "", ""
    return Opened(source, request.title or title, request.description or body, name)


def _resolve(repository: GitRepository, request: ReviewRequest) -> RevisionRange:
    if request.is_pinned and request.base and request.head:
        return repository.resolve_pinned(request.base, request.head)
    return repository.resolve_range(request.base, request.head)


def _resolve_head(repository: GitRepository, request: ReviewRequest) -> str:
    if request.worktree:
        return repository.resolve_worktree(None).head_sha
    return repository.resolve_range("HEAD", request.head or "HEAD").head_sha
