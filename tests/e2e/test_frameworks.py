"""Code of web frameworks, whose modules need more than an import."""

from __future__ import annotations

import pytest

from regoose_ci.domain.report import FunctionReport
from tests.e2e.program import Ended, Program
from tests.e2e.project import Project

pytestmark = [pytest.mark.sandbox, pytest.mark.network]

FILES = {
    "pyproject.toml": """
        [project]
        name = "site"
        version = "1"
        requires-python = ">=3.10"
        dependencies = ["django", "flask"]
        """,
    "site_settings.py": "SECRET_KEY = 'x'\nINSTALLED_APPS = []\nALLOWED_HOSTS = ['*']\n",
    "shop/__init__.py": "",
    "shop/models.py": """
        from django.db import models


        class Item(models.Model):
            cents = models.IntegerField()


        def rounded(cents: int) -> int:
            return cents // 100
        """,
    "shop/text.py": """
        from django.conf import settings
        from django.utils.text import slugify


        def host(name: str) -> str:
            return slugify(name) + settings.ALLOWED_HOSTS[0]
        """,
    "web/__init__.py": """
        from flask import Blueprint

        pages = Blueprint("pages", __name__)


        @pages.get("/twice/<int:n>")
        def twice(n: int) -> str:
            return str(n * 2)
        """,
}
CHANGES = {
    "shop/models.py": ("cents // 100", "-(-cents // 100)"),
    "shop/text.py": ("slugify(name)", "slugify(name).upper()"),
    "web/__init__.py": ("n * 2", "n * 2 + 1"),
}


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """One review of a change to a Django and to a Flask application."""
    place = tmp_path_factory.mktemp("site")
    project = Project(place / "repository")
    project.write(FILES)
    project.commit("Start")
    project.git("checkout", "-q", "-b", "topic")
    for path, (old, new) in CHANGES.items():
        file = project.path / path
        file.write_text(file.read_text().replace(old, new))
    project.commit("Change")
    environment = ("--env", "DJANGO_SETTINGS_MODULE=site_settings")
    return Program(place).run("review", "--budget", "8", *environment, cwd=project.path)


def of(ended: Ended, path: str) -> FunctionReport:
    assert (ended.code, ended.report.error) == (0, None), ended.stderr
    return next(f for f in ended.report.functions if f.path == path)


@pytest.mark.parametrize("path", ["shop/text.py", "web/__init__.py"])
def test_views_and_helpers_are_reviewed(ended: Ended, path: str) -> None:
    function = of(ended, path)
    assert function.behaviour_changes, function.detail


def test_a_model_without_its_application_is_told(ended: Ended) -> None:
    function = of(ended, "shop/models.py")
    assert (function.status, function.reason) == ("skipped", "import_failed")
    assert "shop.models does not import: AppRegistryNotReady" in function.detail
