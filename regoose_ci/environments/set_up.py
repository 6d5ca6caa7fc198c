"""Run shell lines of the user's on a revision's tree before it is reviewed, in the build sandbox.

They may start code of the project, so they get what its build gets: no network, no credentials,
and a copy of the tree. Files that they add are taken over; what was committed stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import anyio

from regoose_ci.environments.base import BuildCommand, BuildSandbox, Mount
from regoose_ci.environments.build_driver import SOURCE, TEMPORARY
from regoose_ci.environments.packing import pack
from regoose_ci.environments.project_build import last_line
from regoose_ci.environments.tree_files import write_new_file
from regoose_ci.environments.wheel import WheelError, archive_members

_DRIVER = f"""
import os, subprocess, sys, tarfile, zipfile
for directory in ({SOURCE!r}, {TEMPORARY!r}):
    os.mkdir(directory)
trusted = {{"filter": "fully_trusted"}} if hasattr(tarfile, "fully_trusted_filter") else {{}}
with tarfile.open(fileobj=sys.stdin.buffer, mode="r|") as archive:
    archive.extractall({SOURCE!r}, **trusted)
def files():
    for parent, _, names in os.walk("."):
        yield from (os.path.relpath(os.path.join(parent, name)) for name in names)
os.chdir({SOURCE!r})
committed = set(files())
result = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)
ended = subprocess.run(["sh", "-eu", "-c", sys.argv[1]], stdin=subprocess.DEVNULL)
if ended.returncode:
    sys.exit(ended.returncode if ended.returncode > 0 else 128 - ended.returncode)
os.chdir({SOURCE!r})
with zipfile.ZipFile(result, "w", strict_timestamps=False) as archive:
    for name in sorted(set(files()) - committed):
        if os.path.isfile(name) and not os.path.islink(name):
            archive.write(name)
result.close()
"""


@dataclass(frozen=True)
class SetUp:
    """The lines, and what running them takes.

    ``guest_python`` is the interpreter's path inside the sandbox, which binds it by itself.
    ``site_dirs`` hold the project's dependencies. ``scratch`` is a directory of the session's.
    """

    lines: str
    sandbox: BuildSandbox
    guest_python: str
    site_dirs: tuple[Path, ...]
    scratch: Path
    timeout: float = 300.0

    async def run(self, tree: Path) -> tuple[str, ...]:
        """Run the lines for ``tree``, which is ours to add files to.

        Returns sentences for the report on what did not work; the tree is used as it is then.

        Raises:
            InfrastructureError: the sandbox itself failed.
        """
        if not self.lines.strip():
            return ()
        source, result = self.scratch / "set-up.tar", self.scratch / "set-up.zip"
        await anyio.to_thread.run_sync(pack, tree, source)
        ended = await self.sandbox.run(self._command(source), result, self.timeout)
        if ended.exit_code == 0:
            return await anyio.to_thread.run_sync(_take_over, result, tree)
        how = "were ended" if ended.exit_code is None else f"failed with {ended.exit_code}"
        return (f"The set-up lines {how}: {last_line(ended.output)}.",)

    def _command(self, source: Path) -> BuildCommand:
        inside = [f"/opt/set-up{number}" for number in range(len(self.site_dirs))]
        python = PurePosixPath(self.guest_python)
        return BuildCommand(
            (self.guest_python, "-I", "-S", "-B", "-c", _DRIVER, self.lines),
            tuple(map(Mount, self.site_dirs, inside)),
            {
                "PATH": ":".join(
                    [*(f"{site}/bin" for site in inside), str(python.parent), "/usr/bin:/bin"]
                ),
                "PYTHONPATH": ":".join(inside),
                "PYTHONDONTWRITEBYTECODE": "1",
                "HOME": TEMPORARY,
                "TMPDIR": TEMPORARY,
            },
            source,
        )


def _take_over(archive: Path, tree: Path) -> tuple[str, ...]:
    try:
        for name, data in archive_members(archive):
            write_new_file(tree, name, data)
    except (WheelError, OSError) as error:
        return (f"What the set-up lines made was not taken over: {error}.",)
    return ()
