"""The purchases of a real music shop: CDNOW, 1997-98 (``CDNOW_master.txt`` of the package ``lifetimes``)."""

import os
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from uuid import UUID, uuid5

NAMESPACE = UUID("c5b2ad0d-6d4c-4f0a-9a6e-2f7c5f0f9b11")


@dataclass(frozen=True)
class Purchase:
    """:param number: the purchase's line in the file; :param amount: in the file's currency, taken as the shop's"""

    number: int
    customer: int
    date: date
    quantity: int
    amount: Decimal

    @property
    def uuid(self):
        """The same for each run, so that a purchase sent twice is one order."""
        return str(uuid5(NAMESPACE, f"cdnow/{self.number}"))


def purchases(path=None):
    """:return: all purchases of the file, which is ordered by customer and date"""
    path = Path(path or os.environ["SUITE_CDNOW"])
    result = []
    for number, line in enumerate(path.read_text().splitlines()[1:], start=1):
        customer, day, quantity, amount = line.split()
        result.append(
            Purchase(number, int(customer), datetime.strptime(day, "%Y%m%d").date(), int(quantity), Decimal(amount))
        )
    return result


def of_first_customers(count, path=None):
    """:return: {customer: his purchases} of the first ``count`` customers of the file"""
    groups = groupby(purchases(path), key=lambda purchase: purchase.customer)
    return {customer: list(bought) for (customer, bought), __ in zip(groups, range(count), strict=False)}


def points(purchases, per_unit):
    """What the purchases are worth in points, computed from the file alone.

    :param per_unit: points for each unit of currency
    :return: {customer: points}
    """
    totals = defaultdict(Decimal)
    for purchase in purchases:
        totals[purchase.customer] += purchase.amount * per_unit
    return dict(totals)
