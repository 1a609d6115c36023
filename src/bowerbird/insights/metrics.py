"""Metrics of a report as formulas over groups: those that need no stream. No metric reads a transaction but through a group.

Ids and meanings: docs/Data/reporting.md of basiqio-oss/Basiq-docs. Sums of money are positive, whichever way it went.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bowerbird.insights import groups
from bowerbird.insights.figures import FigureRow, Partition, median_month, per_month, percent
from bowerbird.insights.groups import in_section

OF_AGENCIES = frozenset({"INC-001", "INC-014", "INC-015", "INC-016", "INC-018", "INC-019", "INC-020", "INC-021"})
"""Payments of agencies, rental assistance and youth allowance aside."""

INCOME, LIABILITIES, HIGH_RISK = in_section(groups.INCOME), in_section(groups.LIABILITIES), in_section(groups.HIGH_RISK)
DISCRETIONARY, ESSENTIAL, OTHER = in_section(groups.DISCRETIONARY), in_section(groups.NON_DISCRETIONARY), in_section(groups.OTHER)
OUTGOINGS = DISCRETIONARY | ESSENTIAL | OTHER | LIABILITIES
NOT_FORWARD = frozenset({"INC-003", "INC-010"})
"""Left out of the income that goes on, with tax refunds: insurance and superannuation credits."""

_MONTHLY = {
    "ME002": frozenset({"INC-009"}),
    "ME004": INCOME - OF_AGENCIES - {"INC-009", "INC-012", "INC-013"},
    "ME005": frozenset({"INC-012"}),
    "ME006": frozenset({"INC-013"}),
    "ME007": OF_AGENCIES,
    "ME008": LIABILITIES,
    "ME012": ESSENTIAL,
    "ME014": DISCRETIONARY,
    "ME016": OTHER,
    "ME034": OUTGOINGS,
    "ME039": OUTGOINGS - LIABILITIES,
}
_PRESENT = {
    "ME023": "INC-021",
    "ME024": "INC-010",
    "ME025": "EXP-003",
    "ME026": "EXP-029",
    "ME027": "EXP-033",
    "ME031": "INC-016",
    "ME032": "INC-002",
}
_MISSING = {"ME028": "EXP-016", "ME029": "EXP-036", "ME030": "EXP-040"}


_OTHERS: dict[str, frozenset[str] | set[str]] = {
    "ME001": {"INC-009"}, "ME003": {"INC-009"}, "ME022": {"INC-009"}, "ME036": {"INC-009"}, "ME009": LIABILITIES, "ME046": LIABILITIES,
    "ME013": ESSENTIAL, "ME015": DISCRETIONARY, "ME017": {"EXP-033"}, "ME018": {"EXP-001"}, "ME019": {"EXP-009"}, "ME020": HIGH_RISK,
    "ME021": HIGH_RISK, "ME033": INCOME - NOT_FORWARD, "ME035": INCOME - NOT_FORWARD, "ME037": INCOME - NOT_FORWARD,
    "ME045": INCOME - NOT_FORWARD, "ME040": INCOME | OTHER, "ME041": OUTGOINGS, "ME042": INCOME, "ME043": INCOME, "ME047": {"EXP-058"},
    "ME048": {"EXP-056", "EXP-058"},
}  # fmt: skip


def groups_of(id: str) -> frozenset[str]:
    """The groups whose rows a metric is made from; none of one that is made from accounts."""
    one = _PRESENT.get(id) or _MISSING.get(id)
    return frozenset({one}) if one else frozenset(_MONTHLY.get(id) or _OTHERS.get(id) or ())


@dataclass(frozen=True, slots=True)
class ReportPeriod:
    """The days that a report covers, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def monthly(partition: Partition, span: ReportPeriod) -> dict[str, int]:
    """Metrics in cents of an average month."""
    found = {id: per_month(_magnitude(partition, of), span.days) for id, of in _MONTHLY.items()}
    income = [row for row in partition.of(INCOME - NOT_FORWARD) if row.leaf != "tax_refund"]
    found["ME033"] = per_month(sum(row.cents for row in income), span.days)
    found["ME036"] = median_month(partition.of({"INC-009"}), span.first, span.last)
    found["ME037"] = sum(median_month(rows, span.first, span.last) for rows in _by_group(income).values())
    outside = [row for row in partition.rows if not row.is_own]
    found["ME040"] = per_month(sum(row.cents for row in outside if row.cents > 0), span.days)
    found["ME041"] = per_month(-sum(row.cents for row in outside if row.cents < 0), span.days)
    found["ME021"] = _magnitude(partition, HIGH_RISK)
    return found


def shares(partition: Partition) -> dict[str, int]:
    """Metrics in whole percent."""
    outgoings, income = _magnitude(partition, OUTGOINGS), _magnitude(partition, INCOME)
    return {
        "ME013": percent(_magnitude(partition, ESSENTIAL), outgoings),
        "ME015": percent(_magnitude(partition, DISCRETIONARY), outgoings),
        "ME018": percent(_magnitude(partition, {"EXP-001"}), income),
        "ME020": percent(_magnitude(partition, HIGH_RISK), income),
    }


def counts(partition: Partition, institutions: Mapping[str, str]) -> dict[str, int]:
    """Metrics that are whole numbers. `institutions`: who keeps each account; where a repayment arrives, the lender."""
    lenders = {institutions.get(row.account, "") if row.is_received else row.merchant for row in partition.of(LIABILITIES)}
    return {
        "ME009": len(lenders - {""}),
        "ME017": len({row.merchant for row in partition.of({"EXP-033"}) if row.merchant}),
        "ME019": len(partition.of({"EXP-009"})),
    }


def flags(partition: Partition, *, mortgage_shared: bool) -> dict[str, bool]:
    """Metrics that are true or false. `mortgage_shared`: the report has a mortgage account."""
    found = {id: bool(partition.of({group})) for id, group in _PRESENT.items()}
    found |= {id: not partition.of({group}) for id, group in _MISSING.items()}
    found["ME047"] = bool(partition.of({"EXP-058"})) and not mortgage_shared
    return found


def _magnitude(partition: Partition, of: frozenset[str] | set[str]) -> int:
    return abs(partition.total("", of).cents)


def _by_group(rows: list[FigureRow]) -> dict[str, list[FigureRow]]:
    found: dict[str, list[FigureRow]] = {}
    for row in rows:
        found.setdefault(row.group, []).append(row)
    return found
