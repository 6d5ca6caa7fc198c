"""Fetch a project's dependencies into a directory of their own.

This is the fetch step: it has the network and the index's credentials, and so it runs no code
of the project or of what it downloads. Only wheels are installed.
"""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.requirements import Requirement

from regoose_ci.environments.base import Installer, InstallResult, Wanted
from regoose_ci.environments.cache import cache_key, cached_directory
from regoose_ci.environments.interpreter import Interpreter
from regoose_ci.errors import EnvironmentBuildError

_FORMAT = "3"
MAX_HALVED = 8
"""Of so many test dependencies that don't resolve together, each is looked at."""
MAX_TRIES = 150
"""So often is asked what can be installed together: a change may name thousands of packages."""
_MISMATCH = "Hash mismatch"


@dataclass(frozen=True)
class EnvironmentPlan:
    """What an environment holds.

    ``dependencies`` must all be there; of ``test_dependencies`` as many as can be. ``trust``
    names who may share the result: reviews of different trust never share a directory. ``pins``
    are constraints with hashes, followed where they can be; ``pinned_by`` names their files.
    ``firm`` are those of the dependencies that are never taken in another version.
    """

    interpreter: Interpreter
    dependencies: tuple[str, ...]
    test_dependencies: tuple[str, ...] = ()
    trust: str = "local"
    pins: tuple[str, ...] = ()
    pinned_by: str = ""
    firm: tuple[str, ...] = ()


@dataclass(frozen=True)
class BuiltEnvironment:
    """Site directories of the host, and sentences on what could not be installed."""

    site_dirs: tuple[Path, ...]
    left_out: tuple[str, ...] = ()


async def build_environment(
    plan: EnvironmentPlan, installer: Installer, cache_dir: Path
) -> BuiltEnvironment:
    """Install what ``plan`` asks for, or find it in ``cache_dir``.

    Raises:
        EnvironmentBuildError: the dependencies cannot be installed together; it names why.
    """
    if not plan.dependencies and not plan.test_dependencies:
        return BuiltEnvironment(())

    async def install(target: Path) -> tuple[str, ...]:
        return await _install(plan, installer, target)

    made = await cached_directory(cache_dir / "environments", _key(plan), install)
    return BuiltEnvironment((made.path,), made.notes)


def _key(plan: EnvironmentPlan) -> str:
    version = f"{plan.interpreter.version[0]}.{plan.interpreter.version[1]}"
    machine = "-".join((platform.system(), platform.machine(), *platform.libc_ver()))
    return cache_key(
        *(_FORMAT, version, machine, plan.trust),
        *("dependencies", *sorted(plan.dependencies), "firm", *sorted(plan.firm)),
        *("tests", *sorted(plan.test_dependencies)),
        *("pins", *sorted(plan.pins)),
    )


async def _install(plan: EnvironmentPlan, installer: Installer, target: Path) -> tuple[str, ...]:
    """Follow the pins; where they cannot be had for this Python, resolve anew and say so."""
    if not plan.pins:
        return await _install_chosen(plan, installer, target)
    try:
        return await _install_chosen(plan, installer, target)
    except _WrongFileError:
        raise
    except EnvironmentBuildError as error:
        note = f"The versions that {plan.pinned_by} pins were not used: {error.message}"
    return (note, *await _install_chosen(replace(plan, pins=()), installer, target))


async def _install_chosen(
    plan: EnvironmentPlan, installer: Installer, target: Path
) -> tuple[str, ...]:
    wanted = (*plan.dependencies, *plan.test_dependencies)
    result = await installer.install(plan.interpreter, Wanted(wanted, plan.pins), target)
    if result.exit_code == 0:
        return ()
    if _MISMATCH in result.output:
        raise _WrongFileError(
            f"The package index has other files than {plan.pinned_by} names: {result.reason}",
            "Find out which of them is right: lock the project anew, or mend the index.",
        )
    chosen, left_out = await _choose(plan, installer)
    result = await installer.install(plan.interpreter, Wanted(chosen, plan.pins), target)
    if result.exit_code != 0:
        raise _unsatisfiable(plan, result.reason)
    return left_out


class _WrongFileError(EnvironmentBuildError):
    """A file does not have the hash that it must have."""


async def _choose(
    plan: EnvironmentPlan, installer: Installer
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Find as many test dependencies as resolve beside the dependencies.

    Dependencies that don't go together in the versions asked for are taken in others.
    """
    choice = _Choice(plan.interpreter, installer, plan.pins, [], [])
    alone = await choice.resolve(*plan.dependencies)
    if alone.exit_code == 0:
        choice.chosen.extend(plan.dependencies)
    elif await choice.add_all_relaxed(plan.dependencies, plan.firm):
        choice.left_out.append(
            "The project's dependencies are installed in the versions that go together, not in "
            f"those asked for: {alone.reason}"
        )
    else:
        raise _unsatisfiable(plan, alone.reason)
    await choice.add(plan.test_dependencies)
    return tuple(choice.chosen), tuple(choice.left_out)


@dataclass
class _Choice:
    interpreter: Interpreter
    installer: Installer
    pins: tuple[str, ...]
    chosen: list[str]
    left_out: list[str]
    tries: int = 0

    async def resolve(self, *more: str) -> InstallResult:
        """Resolve what was chosen, and ``more``."""
        self.tries += 1
        return await self.installer.resolve(
            self.interpreter, Wanted((*self.chosen, *more), self.pins)
        )

    async def add(self, wanted: Sequence[str]) -> None:
        """Add what resolves of ``wanted``, halving it where it doesn't as a whole.

        Of many that don't, old pins are mostly the reason, so that all are tried without.
        """
        if not wanted:
            return
        if self.tries >= MAX_TRIES:
            self.left_out.append(f"{len(wanted)} more test dependencies were not tried.")
            return
        result = await self.resolve(*wanted)
        if result.exit_code == 0:
            self.chosen.extend(wanted)
        elif len(wanted) > MAX_HALVED and await self.add_all_relaxed(wanted):
            some = f"{len(wanted)} test dependencies are installed in the versions that go together"
            self.left_out.append(f"{some}, not in those asked for: {result.reason}")
        elif len(wanted) > 1:
            middle = len(wanted) // 2
            await self.add(wanted[:middle])
            await self.add(wanted[middle:])
        else:
            await self._add_relaxed(wanted[0], result.reason)

    async def add_all_relaxed(self, wanted: Sequence[str], firm: Sequence[str] = ()) -> bool:
        """Add all of ``wanted`` without the versions of those not ``firm``, if they resolve so."""
        known = self._names()
        texts = [one if one in firm else _relaxed(one, known) for one in wanted]
        relaxed = [text for text in texts if text is not None]
        if (await self.resolve(*relaxed)).exit_code != 0:
            return False
        self.chosen.extend(dict.fromkeys(relaxed))
        return True

    def _names(self) -> frozenset[str]:
        return frozenset(Requirement(one).name.lower() for one in self.chosen)

    async def _add_relaxed(self, text: str, reason: str) -> None:
        """Try a test dependency without its version: an old pin may have no wheel here."""
        relaxed = _relaxed(text, self._names())
        if relaxed is None:
            return
        result = await self.resolve(relaxed)
        if result.exit_code == 0:
            self.chosen.append(relaxed)
            self.left_out.append(f"{text} is installed in another version: {reason}")
        else:
            self.left_out.append(f"The test dependency {text} is not installed: {reason}")


def _relaxed(text: str, known: frozenset[str]) -> str | None:
    """Leave out a requirement's version; ``None`` for what is ``known`` in another version."""
    relaxed = Requirement(text)
    if relaxed.name.lower() in known:
        return None
    relaxed.specifier = type(relaxed.specifier)()
    return str(relaxed)


def _unsatisfiable(plan: EnvironmentPlan, reason: str) -> EnvironmentBuildError:
    version = f"{plan.interpreter.version[0]}.{plan.interpreter.version[1]}"
    return EnvironmentBuildError(
        f"The project's dependencies cannot be installed for Python {version}: {reason}",
        "Name an environment that has them with --python PATH, or a requirement with --with REQ.",
    )
