from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path

from regoose_ci.sandbox.flags import Engine
from regoose_ci.sandbox.leftovers import current_owner, new_name, owner_of, remove_leftovers


def test_names_tell_their_owner_and_differ() -> None:
    one, other = new_name(), new_name()

    assert one != other
    assert owner_of(one) == owner_of(other) == current_owner()


def test_foreign_names_have_no_owner() -> None:
    assert owner_of("postgres") is None
    assert owner_of("regoose-efe89f289e1946d2") is None
    assert owner_of("regoose-a-b-c-d-e-f") is None


def test_an_owner_is_gone_after_a_reboot_or_when_its_id_is_used_again() -> None:
    here = current_owner()

    assert not here.is_gone
    assert dataclasses.replace(here, boot="00000000").is_gone
    assert dataclasses.replace(here, started=here.started + 1).is_gone


def test_an_owner_elsewhere_counts_as_running() -> None:
    assert not dataclasses.replace(current_owner(), namespace="1", pid=1, started=1).is_gone


def test_only_containers_of_owners_that_are_gone_are_removed(tmp_path: Path) -> None:
    with subprocess.Popen(["true"]) as ended:
        pass
    alive = new_name()
    parts = alive.split("-")
    parts[3] = str(ended.pid)
    dead = "-".join(parts)
    engine = tmp_path / "engine"
    lines = (f'[ "$1" = ps ] && echo {alive} {dead} web && exit', f'echo "$@" >> {tmp_path}/calls')
    engine.write_text("\n".join(("#!/bin/sh", *lines, "")))
    engine.chmod(0o755)

    removed = remove_leftovers(Engine(str(engine), "rootless"), tmp_path)

    assert removed == (dead,)
    assert (tmp_path / "calls").read_text() == f"rm --force --volumes --time 0 --ignore {dead}\n"


def test_an_engine_that_is_not_there_has_no_leftovers(tmp_path: Path) -> None:
    assert remove_leftovers(Engine("/nonexistent/engine", "rootless"), tmp_path) == ()
