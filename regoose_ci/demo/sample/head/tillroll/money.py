"""Sums of money, in whole cents."""


def add_tax(cents: int, percent: int) -> int:
    """Return a price with its tax, rounded half up."""
    return cents + (cents * percent + 50) // 100


def split_bill(cents: int, people: int) -> list:
    """Share a bill; whoever comes first pays the cents that are left over."""
    if people < 1:
        raise ValueError("a bill needs at least one person")
    share, left_over = divmod(cents, people)
    return [share + 1 if person < left_over else share for person in range(1, people + 1)]


def loyalty_points(cents: int) -> int:
    """Return the points of a purchase: one per euro, two from 50 euros on."""
    if cents <= 0:
        return 0
    euros = cents // 100
    return 2 * euros if euros >= 50 else euros
