from __future__ import annotations

import sys
from pathlib import Path

import pytest

from regoose_ci.assembly.ahead import TO_ASK, TO_FORMAT, import_ahead


def test_modules_are_imported_while_the_session_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "takes_long.py").touch()
    monkeypatch.syspath_prepend(tmp_path)

    import_ahead(["takes_long"]).join(timeout=10)

    assert sys.modules.pop("takes_long")


def test_what_is_imported_ahead_is_there() -> None:
    import_ahead([TO_ASK, TO_FORMAT]).join(timeout=60)

    assert {TO_ASK, TO_FORMAT} <= sys.modules.keys()
