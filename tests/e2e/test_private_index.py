"""A project that needs a package of a private index: its login is nowhere but in the fetch."""

from __future__ import annotations

import secrets

import pytest

from tests.e2e.program import Program
from tests.e2e.project import Project
from tests.fakes.package_index import NAME, PASSWORD, package_index

pytestmark = [pytest.mark.sandbox, pytest.mark.network]
NOT_CACHED = secrets.randbits(32)
PYPROJECT = f"""
    [project]
    name = "shop"
    version = "1"
    requires-python = ">=3.10"
    dependencies = ["{NAME} != 0.{NOT_CACHED}"]
    """
REVEALING = """
    import os
    from regoose_private_sample import ANSWER

    def total(price: int) -> str:
        return f"{price * ANSWER} {sorted(os.environ.values())}"
    """


def test_the_login_is_in_no_report_and_no_guest(program: Program, shop: Project) -> None:
    shop.write({"pyproject.toml": PYPROJECT, "shop/prices.py": REVEALING})
    shop.commit("Need a private package")
    shop.write({"shop/prices.py": REVEALING.replace("price * ANSWER", "price + ANSWER")})
    shop.commit("Change total")

    with package_index() as index:
        ended = program.run(
            "review", "--base", "HEAD~1", "--budget", "3",
            cwd=shop.path, PIP_EXTRA_INDEX_URL=index.address(), NO_PROXY="127.0.0.1",
            UV_HTTP_RETRIES="0",
        )  # fmt: skip

    assert ended.code == 0, ended.stderr
    assert index.logins
    assert ended.report.functions[0].explored.inputs
    assert PASSWORD not in ended.stdout + ended.stderr
    for path in program.out.rglob("*"):
        assert not path.is_file() or PASSWORD.encode() not in path.read_bytes(), path
