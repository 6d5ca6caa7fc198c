"""A till: prices, names, stock and time."""
