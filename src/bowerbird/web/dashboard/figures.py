"""A user's money: months, income, commitments and risks, every figure with its rows, and the same as a report to print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from bowerbird.domain.insights.corrections import list_corrections
from bowerbird.domain.insights.money import (
    Comparison,
    CurrentMoney,
    ListedSnapshot,
    compare_snapshots,
    list_comparable,
    read_money,
    report_now,
)
from bowerbird.domain.insights.printing.money import MoneyReport
from bowerbird.domain.insights.printing.money import print_money as print_pdf
from bowerbird.domain.services import Session
from bowerbird.insights.money import MoneyFigure
from bowerbird.insights.money_kinds import MONEY_IN, MONEY_OUT, TITLES
from bowerbird.model.insights.correction import Correction
from bowerbird.model.problem import Problem
from bowerbird.web.dashboard import applications, users
from bowerbird.web.dashboard.users import Person
from bowerbird.web.kernel.charts import month_chart
from bowerbird.web.kernel.figure_rows import FigurePage, figure_page, said_of, scope_name
from bowerbird.web.kernel.income_timeline import IncomeTimeline
from bowerbird.web.kernel.marking import marked
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import NOT_STORED, PageRefused, PageResponse, not_found
from bowerbird.web.kernel.words import month_name

KINDS = (*MONEY_IN, *MONEY_OUT)


class _Found(NamedTuple):
    """`current` is None without a transaction; `refusal` says why nothing may be shown. `corrections` is what the person says, by the
    ids of transactions: it stands beside the figures.
    """

    person: Person
    current: CurrentMoney | None
    refusal: str
    corrections: Mapping[str, Correction]


def _read(session: Session, request: PageRequest) -> _Found:
    person = users.find(request, session)
    try:
        return _Found(person, read_money(session), "", {each.transaction_id: each for each in list_corrections(session)})
    except Problem as problem:
        return _Found(person, None, problem.detail, {})


def show_money(request: PageRequest) -> PageResponse:
    application, tenant = applications.find(request), users.tenant_of(request)
    person, current, refusal, corrections = request.read(_read, request)
    user_path = users.address(tenant)
    money = current.money if current else None
    return request.show(
        "dashboard/money.html", application=application, person=person, user_path=user_path, path=f"{user_path}/money", current=current,
        refusal=refusal, kinds=KINDS, titles=TITLES, month_name=month_name,
        chart=month_chart(money.months) if money else None,
        said=said_of(money, corrections) if money else [],
        timeline=IncomeTimeline(money.income, money.inputs.period) if money else None,
    )  # fmt: skip


def show_figure(request: PageRequest) -> PageResponse:
    """The rows that a figure is the sum of, and those that it leaves out."""
    application, tenant = applications.find(request), users.tenant_of(request)
    person, current, _, corrections = request.read(_read, request)
    figure = current.money.figure(request.path["figure_id"]) if current else None
    if current is None or figure is None:
        raise not_found("figure")
    user_path = users.address(tenant)
    return request.show(
        "dashboard/figure.html", application=application, person=person, user_path=user_path, path=f"{user_path}/money", figure=figure,
        current=current, corrections=corrections, disputed=[row for row in figure.rows if row.id in corrections], scope=scope_name(figure),
        shown=_page(request, figure), marked=marked,
        accounts={account.id: account for account in current.money.inputs.accounts},
    )  # fmt: skip


def _page(request: PageRequest, figure: MoneyFigure) -> FigurePage:
    return figure_page(figure, request.one("from"), request.one("show") == "left-out")


def print_money(request: PageRequest) -> PageResponse:
    """The report of affordability of the present figures, as PDF."""
    applications.find(request)
    try:
        report = request.read(_report, request)
    except Problem as problem:
        raise PageRefused(409, "There is nothing to report", problem.detail, ("Back", users.address(users.tenant_of(request)))) from problem
    name = ("content-disposition", 'inline; filename="money.pdf"')
    return PageResponse(200, print_pdf(report), "application/pdf", (NOT_STORED, name))


def _report(session: Session, request: PageRequest) -> MoneyReport:
    return report_now(session, f"Money of {users.find(request, session).name}")


class _Changes(NamedTuple):
    """`refusal` says why nothing may be compared; `chosen` is the snapshot that is compared, None for none yet, and `later` the one that it
    is compared with, None for the figures of now.
    """

    person: Person
    listed: list[ListedSnapshot]
    chosen: ListedSnapshot | None = None
    later: ListedSnapshot | None = None
    comparison: Comparison | None = None
    refusal: str = ""


def _read_changes(session: Session, request: PageRequest) -> _Changes:
    """Raises PageRefused for a snapshot that is not there."""
    person, wanted = users.find(request, session), [request.one(name) for name in ("snapshot", "with")]
    try:
        listed = list_comparable(session)
        by_id = {each.snapshot.id: each for each in listed}
        if any(id and id not in by_id for id in wanted):
            raise not_found("snapshot")
        chosen, later = (by_id.get(id) for id in wanted)
        if chosen and later and later.snapshot.created_at_ms < chosen.snapshot.created_at_ms:
            chosen, later = later, chosen
        return _Changes(person, listed, chosen, later, compare_snapshots(session, chosen, later) if chosen else None)
    except Problem as problem:
        return _Changes(person, [], refusal=problem.detail)


def show_comparison(request: PageRequest) -> PageResponse:
    """What changed between a snapshot and a later one, or now, and why; without one, which there are."""
    application, user_path = applications.find(request), users.address(users.tenant_of(request))
    shown = request.read(_read_changes, request)
    return request.show(
        "dashboard/comparison.html", application=application, user_path=user_path, path=f"{user_path}/money", **shown._asdict()
    )
