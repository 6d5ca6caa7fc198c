from __future__ import annotations

from pathlib import Path

from regoose_ci.providers.base import Form, Quirk
from regoose_ci.providers.capabilities import Capability, CapabilityStore

FENCED = Capability(Form.FENCED, frozenset({Quirk.NO_SEED, Quirk.NO_TEMPERATURE}), 4096)


def test_is_remembered_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "capabilities.json"
    CapabilityStore(path).learn("a", FENCED)

    assert CapabilityStore(path).get("a") == FENCED
    assert CapabilityStore(path).get("b") is None


def test_two_sessions_do_not_forget_each_others_lessons(tmp_path: Path) -> None:
    path = tmp_path / "capabilities.json"
    one, two = CapabilityStore(path), CapabilityStore(path)
    one.learn("a", FENCED)
    two.learn("b", FENCED)

    assert CapabilityStore(path).get("a") == CapabilityStore(path).get("b") == FENCED


def test_is_forgotten_after_a_month() -> None:
    time = [0.0]
    store = CapabilityStore(now=lambda: time[0])
    store.learn("a", FENCED)
    time[0] = 31 * 24 * 3600.0

    assert store.get("a") is None


def test_a_file_that_cannot_be_read_is_as_good_as_none(tmp_path: Path) -> None:
    path = tmp_path / "capabilities.json"
    path.write_text('{"version": 1, "endpoints": {"a": 3')

    store = CapabilityStore(path)
    assert store.get("a") is None
    store.learn("a", FENCED)
    assert CapabilityStore(path).get("a") == FENCED


def test_a_directory_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = CapabilityStore(tmp_path / "file" / "capabilities.json")
    store.learn("a", FENCED)
    assert store.get("a") == FENCED
