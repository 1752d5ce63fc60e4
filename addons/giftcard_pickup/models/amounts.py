from decimal import Decimal


def total(items):
    """What pieces cost together, as exact as the database adds it up: three of 19.90 are 59.70.

    :param items: iterable of (price of a piece, pieces)
    :return: a float that stands for no more decimals than the prices have
    """
    return float(sum(Decimal(repr(price)) * pieces for price, pieces in items))
