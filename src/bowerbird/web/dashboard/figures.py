"""A user's money: months, income, commitments and risks, every figure with its rows, and the same as a report to print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.insights.corrections import list_corrections
from bowerbird.domain.insights.held import HeldPart
from bowerbird.domain.insights.money import (
    Comparison,
    CurrentMoney,
    ListedSnapshot,
    compare_snapshots,
    figures_state,
    list_comparable,
    read_money,
    report_now,
)
from bowerbird.domain.insights.printing.money import MoneyReport
from bowerbird.domain.insights.printing.money import print_money as print_pdf
from bowerbird.domain.services import Session
from bowerbird.domain.users.users import User
from bowerbird.insights.money import MoneyFigure
from bowerbird.insights.money_kinds import MONEY_IN, MONEY_OUT, TITLES
from bowerbird.model.insights.correction import Correction
from bowerbird.model.problem import Problem
from bowerbird.web.dashboard import applications, users
from bowerbird.web.dashboard.users import Person
from bowerbird.web.kernel.charts import month_chart
from bowerbird.web.kernel.context import PageContext
from bowerbird.web.kernel.figure_rows import FigurePage, figure_page, heading_of, said_of, scope_name
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


class _MoneyPage(NamedTuple):
    """`held` is the part with the figures; where it is not held yet, `found` is what it is made of."""

    person: Person
    held: HeldPart
    found: _Found | None


def _read_page(session: Session, request: PageRequest, *asked: str) -> _MoneyPage:
    """`asked` names the page and what of it is asked for."""
    person = users.find(request, session)
    held = request.context.held.find(session, *asked, person.name, *figures_state(session))
    return _MoneyPage(person, held, None if held.markup else _read(session, request))


def hold_money(session: Session, context: PageContext, user: User, current: CurrentMoney, corrections: Mapping[str, Correction]) -> None:
    """Hold the figures of the Money page before it is opened."""
    person = users.person_of(user)
    place = context.held.place(session, show_money.__name__, person.name, *figures_state(session))
    context.held.hold(session, place, _figures_of(context, session.tenant, current, _Found(person, current, "", corrections)))


def show_money(request: PageRequest) -> PageResponse:
    application, user_path = applications.find(request), users.address(users.tenant_of(request))
    person, held, found = request.read(_read_page, request, show_money.__name__)
    markup = held.markup
    if found and found.current:
        markup = _figures_of(request.context, users.tenant_of(request), found.current, found)
        request.read(request.context.held.hold, held.place, markup)
    return request.show(
        "dashboard/money.html", application=application, person=person, user_path=user_path, main=markup,
        refusal=found.refusal if found else "",
    )  # fmt: skip


def _figures_of(context: PageContext, tenant: Tenant, current: CurrentMoney, found: _Found) -> str:
    """The part of the page with the figures: it does not depend on who looks at it."""
    user_path, money = users.address(tenant), current.money
    return context.templates.render("dashboard/money_main.html", {
        "person": found.person, "user_path": user_path, "path": f"{user_path}/money", "current": current, "kinds": KINDS, "titles": TITLES,
        "month_name": month_name, "chart": month_chart(money.months), "said": said_of(money, found.corrections),
        "timeline": IncomeTimeline(money.income, money.inputs.period),
    })  # fmt: skip


def show_figure(request: PageRequest) -> PageResponse:
    """The rows that a figure is the sum of, and those that it leaves out."""
    application = applications.find(request)
    asked = ("show_figure", request.path["figure_id"], request.one("from"), request.one("show"))
    person, held, found = request.read(_read_page, request, *asked)
    markup = held.markup
    if found:
        figure = found.current.money.figure(request.path["figure_id"]) if found.current else None
        if found.current is None or figure is None:
            raise not_found("figure")
        markup = _rows_of(request, found.current, found, figure)
        request.read(request.context.held.hold, held.place, markup)
    heading, _, main = markup.partition("\n")
    return request.show("dashboard/figure.html", application=application, person=person, heading=heading, main=main)


def _rows_of(request: PageRequest, current: CurrentMoney, found: _Found, figure: MoneyFigure) -> str:
    """The heading, and under it the part of the page with the figure: it does not depend on who looks at it."""
    tenant, corrections = users.tenant_of(request), found.corrections
    user_path = users.address(tenant)
    main = request.context.templates.render("dashboard/figure_main.html", {
        "household": request.services.household is not None,
        "application_id": tenant.application_id, "person": found.person, "user_path": user_path, "path": f"{user_path}/money",
        "figure": figure, "current": current, "corrections": corrections, "scope": scope_name(figure), "marked": marked,
        "heading": heading_of(figure),
        "disputed": [row for row in figure.rows if row.id in corrections], "shown": _page(request, figure),
        "accounts": {account.id: account for account in current.money.inputs.accounts},
    })  # fmt: skip
    return f"{heading_of(figure)}\n{main}"


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
