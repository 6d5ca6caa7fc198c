"""Functions whose parameters have no annotations; never called."""
# mypy: ignore-errors
# ruff: noqa

from tests.unit.guest.things import Colour


class Parcel:
    def __init__(self, grams, colour=Colour.RED):
        self.grams = grams
        self.colour = colour


def header(lines):
    return next(lines)


def words(file):
    return [line.split() for line in file.readlines()]


def shout(text):
    return text.strip().upper()


def month(moment):
    return moment.astimezone().hour


def rounded(amount):
    return amount.quantize(1)


def doubled(values):
    return [2 * value for value in values]


def title(movie):
    return movie["title"]


def stem(path):
    return path.with_suffix("").stem


def load(source):
    with open(source) as file:
        return file.read()


def read(source: str):
    with open(source) as file:
        return file.read()


def half(number):
    return number // 2


def is_north(direction):
    return direction == "north"


def untouched(value):
    return value


def kept(predicate, items):
    return [item for item in items if predicate(item)]


def checked(value):
    return isinstance(value, (Parcel, int))


def weight(parcel):
    return parcel.grams, parcel.colour


def documented_parcel(parcel):
    """Send it.

    :param Parcel parcel: what to send
    """


def documented(count, name, when, flag, other):
    """Do something.

    :type count: integer

    Args:
        name (str): who
        flag (bool, optional): whether

    when : datetime.datetime
        The moment.
    """
