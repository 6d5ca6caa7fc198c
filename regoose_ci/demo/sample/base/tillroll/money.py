"""Sums of money, in whole cents."""


def add_tax(cents: int, percent: int) -> int:
    """Return a price with its tax, rounded half to even."""
    return cents + round(cents * percent / 100)


def split_bill(cents: int, people: int) -> list:
    """Share a bill; whoever comes first pays the cents that are left over."""
    if people < 1:
        raise ValueError("a bill needs at least one person")
    share, left_over = divmod(cents, people)
    shares = []
    for person in range(people):
        if person < left_over:
            shares.append(share + 1)
        else:
            shares.append(share)
    return shares
