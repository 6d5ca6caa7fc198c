from tillroll import receipt_line


def test_receipt_line():
    assert receipt_line("Coffee", 350) == "Coffee              3.50"


def test_long_names_are_cut():
    assert receipt_line("Wholemeal bread", 425, width=14) == "Wholemea… 4.25"
