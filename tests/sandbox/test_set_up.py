"""The set-up lines in the real sandbox: what they add comes out, and they reach nothing else."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path

import anyio

from regoose_ci.assembly.laboratory import SandboxedBuild, guest_interpreter
from regoose_ci.environments.set_up import SetUp

from .lab import Lab

_NUMBERS = itertools.count()


def set_up(lab: Lab, files: Mapping[str, str], lines: str) -> tuple[Path, tuple[str, ...]]:
    """Run lines on a tree; return it, and what did not work."""
    tree = lab.tree(dict(files))
    seen = guest_interpreter(lab.interpreter)
    scratch = lab.place / "set-ups" / str(next(_NUMBERS))
    scratch.mkdir(parents=True)
    build = SandboxedBuild(lab.sandbox, seen.mounts, seen.library_path)
    return tree, anyio.run(SetUp(lines, build, seen.python, (), scratch, 30.0).run, tree)


def test_what_the_lines_add_is_there_afterwards(lab: Lab) -> None:
    lines = """
        cp settings.example.py settings.py
        mkdir generated
        cd generated
        python3 -c 'print("NAMES = []")' > names.py
        ln -s /etc/passwd link.py
        echo changed > ../settings.example.py
    """
    tree, failures = set_up(lab, {"settings.example.py": "DEBUG = True\n"}, lines)

    assert failures == ()
    assert (tree / "settings.py").read_text() == "DEBUG = True\n"
    assert (tree / "generated/names.py").read_text() == "NAMES = []\n"
    assert not (tree / "generated/link.py").is_symlink()
    assert (tree / "settings.example.py").read_text() == "DEBUG = True\n"


def test_the_lines_have_no_network(lab: Lab) -> None:
    ask = "import socket; print([n for _, n in socket.if_nameindex() if n != 'lo'])"
    tree, failures = set_up(lab, {"a.py": ""}, f'python3 -c "{ask}" > found')

    assert failures == ()
    assert (tree / "found").read_text() == "[]\n"


def test_the_first_line_that_fails_ends_them(lab: Lab) -> None:
    tree, failures = set_up(lab, {"a.py": ""}, "echo no settings >&2\nfalse\ntouch b.py")

    assert failures == ("The set-up lines failed with 1: no settings.",)
    assert not (tree / "b.py").exists()
