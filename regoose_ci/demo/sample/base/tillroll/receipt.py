"""The lines of a printed receipt."""


def receipt_line(name: str, cents: int, width: int = 24) -> str:
    """Return one line: the name on the left, its price on the right."""
    price = f"{cents // 100}.{cents % 100:02d}"
    space = width - len(price) - 1
    if len(name) > space:
        name = name[: space - 1] + "…"
    padded = name.ljust(space)
    line = padded + " " + price
    return line
