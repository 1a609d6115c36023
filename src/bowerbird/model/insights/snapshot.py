"""Snapshots of insights: figures with the rows they were made from, as they were when they were made."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec


class SnapshotKind(StrEnum):
    """Which operation made a snapshot."""

    INCOME = "income"
    EXPENSES = "expenses"
    AFFORDABILITY = "affordability"
    REPORT = "report"


class ReportFilter(msgspec.Struct, frozen=True):
    """One of the filters that a report was asked for with; None asks for nothing of its kind."""

    name: str
    value: str | tuple[str, ...] | None


class SnapshotHeading(msgspec.Struct, frozen=True, omit_defaults=True):
    """What lists show of a snapshot. Both days are included; `report_type`, `title` and `filters` are those of a report."""

    first: date
    last: date
    institutions: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    report_type: str = ""
    title: str = ""
    filters: tuple[ReportFilter, ...] = ()

    @property
    def coverage_days(self) -> int:
        return (self.last - self.first).days + 1
