"""The household expenditure classification (ABS 6530.0), as far as it is published here: the class of a leaf, else its division.

The published files name three classes and few divisions; no list of the ten-digit classes was found that may be shipped. Where no class is
known, the class is the division itself: its two digits, followed by zeros.
"""

from __future__ import annotations

from typing import NamedTuple


class HouseholdClass(NamedTuple):
    code: str
    title: str
    division_code: str
    division_title: str


DIVISIONS = {
    "01": "Current housing costs",
    "02": "Domestic fuel and power",
    "03": "Food and non-alcoholic beverages",
    "04": "Alcoholic beverages",
    "05": "Tobacco products",
    "06": "Clothing and footwear",
    "07": "Household furnishings and equipment",
    "08": "Household services and operation",
    "09": "Medical care and health expenses",
    "10": "Transport",
    "11": "Recreation",
    "12": "Personal care",
    "13": "Miscellaneous goods and services",
    "14": "Education",
    "99": "Uncategorised",
}
_OF_LEAVES = {
    "01": "rent home_improvement",
    "02": "utilities",
    "03": "groceries food_special dining",
    "04": "liquor pub",
    "05": "tobacco",
    "06": "clothing",
    "07": "department retail online_retail",
    "08": "telco childcare pets services software",
    "09": "medical pharmacy",
    "10": "fuel tolls public_transport rideshare parking automotive",
    "11": "entertainment gym sports media subscription kids travel gambling",
    "12": "personal_care",
    "13": "insurance government donation crypto investment processor refund",
    "14": "education",
}
_NAMED = {"childcare": ("0801050199", "Formal child care services nec")}
"""Classes that the published files name and that a leaf is."""

_DIVISION = {leaf: code for code, leaves in _OF_LEAVES.items() for leaf in leaves.split()}


def household_class(leaf: str) -> HouseholdClass:
    """The class of a leaf that something was paid for; of any other leaf "Uncategorised"."""
    division = _DIVISION.get(leaf, "99")
    code, title = _NAMED.get(leaf, (f"{division}00000000", DIVISIONS[division]))
    return HouseholdClass(code, title, division, DIVISIONS[division])
