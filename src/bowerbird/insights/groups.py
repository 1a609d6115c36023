"""Groups of the reports, with their titles and sections, and the group of a movement.

Source: the published documentation of reports (docs/Data/reporting.md of basiqio-oss/Basiq-docs); EXP-034 and EXP-037 from reports.yml.
"""

from __future__ import annotations

from typing import NamedTuple

from bowerbird.insights.leaves import LEAVES

INCOME, LIABILITIES, HIGH_RISK = "Income", "Liabilities", "High Risk Activities"
DISCRETIONARY, NON_DISCRETIONARY, OTHER = "Discretionary Expenses", "Non-Discretionary Expenses", "Other Expenses"


class Group(NamedTuple):
    id: str
    title: str
    sections: tuple[str, ...]


_TITLES: dict[tuple[str, ...], str] = {
    (DISCRETIONARY,): """EXP-002 Automotive|EXP-004 Childrens Retail and Gaming|EXP-007 Department Stores|EXP-008 Dining Out|
        EXP-010 Donations|EXP-012 Entertainment|EXP-015 Government & Council Services|EXP-017 Gyms and memberships|
        EXP-019 Home Improvement|EXP-024 Online Retail|EXP-027 Personal Care|EXP-028 Pet Care|EXP-031 Retail|
        EXP-034 Subscription Services|EXP-035 Subscription Media & Software|EXP-038 Travel|EXP-039 Uncategorised Debits|
        EXP-041 Vehicle and Transport|EXP-051 Alcohol and Tobacco|EXP-052 Sports and Hobbies|EXP-054 Other Categorised|
        EXP-055 Clothing and Footwear""",
    (DISCRETIONARY, HIGH_RISK): "EXP-014 Gambling",
    (NON_DISCRETIONARY,): """EXP-011 Education and Childcare|EXP-016 Groceries|EXP-018 Medical|EXP-021 Insurance|EXP-030 Rent|
        EXP-036 Telecommunication|EXP-040 Utilities""",
    (OTHER, HIGH_RISK): "EXP-001 ATM Withdrawals|EXP-003 Cash Advances|EXP-006 Debt Interest Accrual|EXP-009 Dishonours|EXP-029 Redraws",
    (OTHER,): "EXP-013 External Transfers|EXP-032 Returns & Refunds|EXP-037 Third Party Payment Providers",
    (LIABILITIES,): """EXP-005 Collection Agencies|EXP-020 Insolvency|EXP-023 Motor Finance|EXP-025 Other Finance|
        EXP-026 Peer to Peer Finance|EXP-033 Small Amount Lending|EXP-056 Mortgage Repayments|EXP-057 Loan Repayments|
        EXP-058 Mortgage Transfers|EXP-061 Credit Card Repayments|EXP-062 Credit Card Transfers|EXP-063 Loan Transfers""",
    (INCOME,): """INC-001 Benefits|INC-002 Child Support Income|INC-003 Insurance Credits|INC-004 Interest Income|
        INC-005 Investment Income|INC-006 Other Earnings|INC-007 Other Credits|INC-008 Rent & Board Income|INC-009 Salary|
        INC-010 Superannuation Credits|INC-012 Youth Allowance|INC-013 Rental Assistance|INC-014 Centrelink|
        INC-015 Medicare|INC-016 Jobseeker|INC-018 Pension|INC-019 Carers|INC-020 Education|INC-021 Crisis Support""",
}
GROUPS: dict[str, Group] = {
    id: Group(id, title, sections)
    for sections, listed in _TITLES.items()
    for id, _, title in sorted(part.strip().partition(" ") for part in listed.split("|"))
}

OWN = "OWN"
"""What moves between a person's own accounts: neither income nor expense."""

CARD_REPAYMENTS = "EXP-061"
RECEIVED = frozenset({"EXP-056", "EXP-057", CARD_REPAYMENTS})
"""Groups of repayments, which are credits of the loan or card they arrive at."""

INTEREST_CENTS, SALARY_CENTS, OTHER_EARNINGS_CENTS = 50_00, 100_00, 300_00
"""The published thresholds of INC-004, INC-009 and INC-006: what is not above them is another credit, INC-007."""

_ABOVE = {"INC-004": INTEREST_CENTS, "INC-009": SALARY_CENTS}
_BY_SUM = frozenset({"credit_other", "transfer_in"})


def group_of(leaf: str, cents: int) -> str:
    """The group of a movement in a report: that of its leaf, small credits by the published thresholds."""
    if leaf in _BY_SUM:
        return "INC-006" if cents > OTHER_EARNINGS_CENTS else "INC-007"
    group = LEAVES[leaf].group
    return group if cents > _ABOVE.get(group, 0) or group not in _ABOVE else "INC-007"


def in_section(section: str) -> frozenset[str]:
    return frozenset(group.id for group in GROUPS.values() if section in group.sections)
