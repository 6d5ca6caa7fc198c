"""Sums, shares and receipts for the till of a small shop. All sums are whole cents."""

from tillroll.money import add_tax, loyalty_points, split_bill
from tillroll.receipt import receipt_line

__all__ = ["add_tax", "loyalty_points", "receipt_line", "split_bill"]
