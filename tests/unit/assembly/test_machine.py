from __future__ import annotations

from pathlib import Path

import pytest

from regoose_ci.assembly.machine import _cgroup, _kernel, _owned, _ranges, look


def test_this_machine_can_be_looked_at() -> None:
    facts = look(())

    assert facts.system == "Linux"
    assert facts.kernel > (3, 0)
    assert facts.user
    assert "git" in facts.commands
    assert facts.next_subordinate_id >= 100_000


@pytest.mark.parametrize(
    ("release", "version"),
    [("6.1.0-18-amd64", (6, 1)), ("5.15.167.4-microsoft-standard-WSL2", (5, 15)), ("odd", (0, 0))],
)
def test_the_kernels_version(release: str, version: tuple[int, int]) -> None:
    assert _kernel(release) == version


@pytest.mark.parametrize(
    ("files", "cgroup"),
    [
        (["cgroup.controllers"], "v2"),
        (["memory/", "unified/"], "hybrid"),
        (["memory/", "pids/"], "v1"),
        ([], "none"),
    ],
)
def test_the_version_of_cgroups(files: list[str], cgroup: str, tmp_path: Path) -> None:
    for name in files:
        if name.endswith("/"):
            (tmp_path / name).mkdir()
        else:
            (tmp_path / name).touch()

    assert _cgroup(tmp_path) == cgroup


def test_subordinate_ids_are_counted_by_name_and_number(tmp_path: Path) -> None:
    file = tmp_path / "subuid"
    file.write_text("robin:100000:65536\n1000:200000:1000\nkim:300000:65536\n\nodd line\n")
    ranges = _ranges(file)

    assert _owned(ranges, ("robin", "1000")) == 66_536
    assert max(found.end for found in ranges) == 365_536


def test_a_file_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert _ranges(tmp_path / "subuid") == ()
