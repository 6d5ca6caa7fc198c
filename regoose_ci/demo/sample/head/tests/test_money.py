import pytest

from tillroll import add_tax, loyalty_points, split_bill


def test_add_tax():
    assert add_tax(1000, 20) == 1200
    assert add_tax(250, 5) == 263


def test_split_bill_evenly():
    assert split_bill(900, 3) == [300, 300, 300]
    assert split_bill(1250, 1) == [1250]


def test_split_bill_needs_people():
    with pytest.raises(ValueError):
        split_bill(900, 0)


def test_loyalty_points():
    assert loyalty_points(1999) == 19
