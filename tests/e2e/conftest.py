from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.e2e.program import Program
from tests.e2e.project import Project

SHOP = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.10"\n',
    "shop/__init__.py": "",
    "shop/prices.py": '''
        """Prices of a shop."""


        def total(prices, discount=0):
            """Sum prices and take a discount in per cent off."""
            amount = sum(prices)
            return amount - amount * discount // 100
        ''',
    "tests/test_prices.py": """
        from shop.prices import total


        def test_total():
            assert total([100, 50], 10) == 135
        """,
}
CHANGED = '''
    """Prices of a shop."""


    def total(prices, discount=0):
        """Sum prices and take a discount in per cent off."""
        amount = sum(prices)
        return amount - discount
    '''


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The installed program, with a temporary directory of its own."""
    return Program(tmp_path)


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    """A repository with one commit on main."""
    project = Project(tmp_path / "shop-repository")
    project.write(SHOP)
    project.commit("Sell things")
    return project


@pytest.fixture
def changed_shop(shop: Project) -> Project:
    """The shop with a commit that changes what ``total`` returns, on a branch."""
    shop.git("checkout", "-q", "-b", "topic")
    shop.write({"shop/prices.py": CHANGED})
    shop.commit("Refactor total")
    return shop


@pytest.fixture
def without_engines(tmp_path: Path) -> Path:
    """A directory for PATH that has git but no container engine."""
    directory = tmp_path / "bin"
    directory.mkdir()
    git = shutil.which("git")
    assert git is not None
    (directory / "git").symlink_to(git)
    return directory
