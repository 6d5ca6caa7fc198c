"""The lines of a printed receipt."""


def receipt_line(name: str, cents: int, width: int = 24) -> str:
    """Return one line: the name on the left, its price on the right."""
    price = f"{cents // 100}.{cents % 100:02d}"
    room = width - len(price) - 1
    label = name if len(name) <= room else name[: room - 1] + "…"
    return label.ljust(room) + " " + price
