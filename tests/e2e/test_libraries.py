"""Objects of libraries that projects build on: built, looked into, and carved from tests."""

from __future__ import annotations

import pytest

from tests.e2e.samples import Reviewed, Sample, review_samples

pytestmark = [pytest.mark.sandbox, pytest.mark.network]

DEPENDENCIES = 'dependencies = ["attrs", "pydantic", "numpy", "pandas"]\n'
SAMPLES = {
    "attrs_object": Sample(
        """
        import attrs


        @attrs.define
        class Item:
            name: str
            price: int = attrs.field(default=1, validator=attrs.validators.ge(0))


        def label(item: Item) -> str:
            return f"{item.name} ({item.price})"
        """,
        "({item.price})",
        "[{item.price}]",
    ),
    "model": Sample(
        """
        from pydantic import BaseModel, Field


        class Line(BaseModel):
            sku: str = Field(min_length=1)
            count: int = Field(default=1, gt=0)


        class Order(BaseModel):
            lines: list[Line]
            express: bool = False


        def units(order: Order) -> int:
            return sum(line.count for line in order.lines) + (1 if order.express else 0)
        """,
        "1 if order.express",
        "2 if order.express",
    ),
    "array": Sample(
        """
        import numpy as np


        def scaled(values: np.ndarray, factor: float = 2.0) -> np.ndarray:
            return values * factor
        """,
        "values * factor",
        "values * factor + 1",
    ),
    "series": Sample(
        """
        import pandas as pd


        def filled(series: pd.Series) -> pd.Series:
            return series.fillna(0)
        """,
        "fillna(0)",
        "fillna(-1)",
    ),
    "frame": Sample(
        """
        import pandas as pd


        def largest(frame: pd.DataFrame, column: str) -> pd.DataFrame:
            return frame.sort_values(column, ascending=False).head(2)
        """,
        "head(2)",
        "head(1)",
    ),
    "untyped_frame": Sample(
        """
        def cheapest(frame, city):
            prices = frame[frame["city"] == city]["price"]
            return None if prices.empty else float(prices.min())
        """,
        "prices.min()",
        "prices.max()",
        """
        import pandas as pd

        from things.untyped_frame import cheapest


        def test_cheapest():
            frame = pd.DataFrame({"city": ["Rome", "Rome", "Oslo"], "price": [7.5, 5.0, 6.0]})
            assert cheapest(frame, "Oslo") == 6.0
        """,
    ),
}


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Reviewed:
    """One review of a change to every sample."""
    return review_samples(tmp_path_factory.mktemp("libraries"), SAMPLES, 16, DEPENDENCIES)


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_changed_behaviour_is_found(reviewed: Reviewed, sample: str) -> None:
    function = reviewed.function(sample)
    assert function.behaviour_changes, (function.explored, function.rejected)
