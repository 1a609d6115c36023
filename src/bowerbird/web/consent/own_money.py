"""What an application sees about a person, in plain words, and what the person says of it; shown once a code has proven who it is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from bowerbird.domain.access.applications import ApplicationRow, find_application
from bowerbird.domain.insights import corrections
from bowerbird.domain.insights.held import HeldPart
from bowerbird.domain.insights.money import CurrentMoney, figures_state, read_money
from bowerbird.domain.services import Session
from bowerbird.insights.figures import FigureRow
from bowerbird.insights.money import MoneyFigure
from bowerbird.insights.money_kinds import MoneyKind
from bowerbird.model.insights.correction import KINDS, Correction, CorrectionKind
from bowerbird.model.problem import Problem
from bowerbird.web.consent import own_data
from bowerbird.web.consent.branding import as_people_see
from bowerbird.web.consent.sign_in import PageFrame, page_frame
from bowerbird.web.kernel.charts import month_chart
from bowerbird.web.kernel.context import PageContext
from bowerbird.web.kernel.figure_rows import figure_page, heading_of, said_of
from bowerbird.web.kernel.marking import marked
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse
from bowerbird.web.kernel.words import label, month_name

PATH = f"{own_data.PATH}/money"
_BACK = ("What is seen about you", PATH)

MEANINGS = {
    "income": "Money that its text, or its regularity, shows to be income: wages, payments of agencies, interest, rent.",
    "other-in": "Money that came in and whose text does not say that it is income, and money that was lent to you or won.",
    "in": "Everything that came in, but for movements between your own accounts.",
    "essential": "Money spent on what a household needs, such as rent, groceries, power and insurance.",
    "choice": "All other spending, such as eating out, subscriptions and clothes.",
    "debts": "Repayments of loans, and of cards that you do not share: what you buy with a shared card is counted where you bought it.",
    "other-out": "Cash, interest on cards and overdrafts, and transfers whose purpose the text does not say.",
    "out": "Everything that went out, but for movements between your own accounts.",
    "left": "Everything that came in, less everything that went out.",
    "own": "Movements between your own accounts: both sides add up to nothing. What you paid to a loan is counted where it arrived; here "
    "is the side that left.",
}
"""What a figure counts, as the person reads it."""

_ASKED_OF_CREDITS = frozenset({CorrectionKind.NOT_INCOME})


class _OwnMoney(NamedTuple):
    """`current` is None where there are no figures: `refusal` says why, "" where no transaction is there yet. `contact` is how the
    application is reached, "" where it does not say.
    """

    proven: bool
    current: CurrentMoney | None
    refusal: str
    corrections: Mapping[str, Correction]
    frame: PageFrame
    contact: str = ""

    def shown(self) -> dict[str, Any]:
        """What each of the pages shows."""
        return {**self._asdict(), **self.frame._asdict(), "path": PATH, "outcome": outcome}


def _read(request: PageRequest, session: Session) -> _OwnMoney:
    frame = page_frame(request, session)
    if not request.person.is_proven:
        return _OwnMoney(False, None, "", {}, frame)
    try:
        current = read_money(session)
    except Problem:
        return _OwnMoney(True, None, "You share no accounts with transactions, so that no figure can be worked out.", {}, frame)
    by_row = {each.transaction_id: each for each in corrections.list_corrections(session)}
    return _OwnMoney(True, current, "", by_row, frame, frame.application.branding.contact)


def _read_page(session: Session, request: PageRequest, *asked: str) -> tuple[HeldPart | None, _OwnMoney | None, PageFrame]:
    """The part with the figures where it is held, else what it is made of; neither without a proof of who asks.

    `asked` names the page and what of it is asked for.
    """
    frame = page_frame(request, session)
    if not request.person.is_proven:
        return None, None, frame
    made_from = _made_from(session, frame.application)
    held = request.context.held.find(session, *asked, *made_from)
    return held, None if held.markup else _read(request, session), frame


def _made_from(session: Session, application: ApplicationRow) -> tuple[str, ...]:
    return application.name, application.branding.contact, *figures_state(session)


def hold_own_money(session: Session, context: PageContext, current: CurrentMoney, by_row: Mapping[str, Correction]) -> None:
    """Hold the figures of the person's page before it is opened."""
    found = find_application(session)
    if found is None:
        return
    application = as_people_see(found)
    place = context.held.place(session, show_own_money.__name__, *_made_from(session, application))
    own = _OwnMoney(True, current, "", by_row, PageFrame(application, "", False), application.branding.contact)
    context.held.hold(session, place, _figures_of(context, current, own))


def show_own_money(request: PageRequest) -> PageResponse:
    """The figures that the application sees; without a proof where to enter the code."""
    held, own, frame = request.read(_read_page, request, show_own_money.__name__)
    markup = held.markup if held else ""
    if held and own and own.current:
        markup = _figures_of(request.context, own.current, own)
        request.read(request.context.held.hold, held.place, markup)
    return request.show(
        "consent/own_money.html", proven=held is not None, main=markup, refusal=own.refusal if own else "", **frame._asdict()
    )


def _figures_of(context: PageContext, current: CurrentMoney, own: _OwnMoney) -> str:
    """The part of the page with the figures: it does not depend on how the page was reached."""
    money = current.money
    values = {"chart": month_chart(money.months), "month_name": month_name, "said": said_of(money, own.corrections)}
    return context.templates.render("consent/own_money_main.html", {**own.shown(), **values})


def show_own_figure(request: PageRequest) -> PageResponse:
    """The transactions that a figure counts, each with why and with what the person says of it."""
    id = request.path["figure_id"]
    held, own, frame = request.read(_read_page, request, "show_own_figure", id, request.one("from"), request.one("show"))
    markup = held.markup if held else ""
    if not markup:
        own = own or _OwnMoney(False, None, "", {}, frame)
        figure = own.current.money.figure(id) if own.current else None
        if figure is None or held is None:
            return _without_figure(request, own, "There is no such figure")
        markup = _rows_of(request, figure, own)
        request.read(request.context.held.hold, held.place, markup)
    heading, _, main = markup.partition("\n")
    return request.show("consent/own_figure.html", heading=heading, main=main, path=PATH, **frame._asdict())


def _rows_of(request: PageRequest, figure: MoneyFigure, own: _OwnMoney) -> str:
    """The heading, and under it the part of the page with the figure: it does not depend on how the page was reached."""
    meaning = MEANINGS.get(figure.id.rpartition(".")[2], figure.formula)
    shown = figure_page(figure, request.one("from"), request.one("show") == "left-out")
    values = {"figure": figure, "meaning": meaning, "heading": heading_of(figure), "marked": marked, "shown": shown}
    return f"{heading_of(figure)}\n{request.context.templates.render('consent/own_figure_main.html', {**own.shown(), **values})}"


def _without_figure(request: PageRequest, own: _OwnMoney, title: str) -> PageResponse:
    """Raises PageRefused for who has proven to be the person; without a proof the page where the code is entered."""
    if request.person.is_proven:
        raise PageRefused(404, title, "It may have changed since: open it again from what is seen about you.", _BACK)
    return request.show("consent/own_money.html", main="", **own.shown())


def outcome(application_name: str, correction: Correction) -> str:
    """What became of what the person says."""
    match correction.decided:
        case None:
            return f"{application_name} has not changed how it is counted."
        case "":
            return f"{application_name} has decided: it counts as its text says."
        case leaf:
            return f"{application_name} has decided: it counts as {label(leaf).lower()}."


def _row(own: _OwnMoney, id: str) -> FigureRow | None:
    return next((row for row in own.current.money.rows if row.id == id), None) if own.current else None


def show_correction(request: PageRequest) -> PageResponse:
    """What a transaction is taken for, and the form in which the person says what is wrong."""
    return _correction_page(request, 200, "")


def _correction_page(request: PageRequest, status: int, wrong: str) -> PageResponse:
    own = request.read(partial(_read, request))
    row = _row(own, request.path["transaction_id"])
    if row is None or own.current is None:
        return _without_figure(request, own, "There is no such transaction")
    kinds = [("", "Please choose"), *((str(kind), text) for kind, text in KINDS.items() if row.cents > 0 or kind not in _ASKED_OF_CREDITS)]
    is_income = own.current.money.kinds[row.id] is MoneyKind.INCOME
    return request.show(
        "consent/correction.html", status, row=row, kinds=kinds, is_income=is_income, wrong=wrong, marked=marked,
        longest=corrections.LONGEST_TEXT, said=own.corrections.get(row.id), **own.shown(),
    )  # fmt: skip


def record_correction(request: PageRequest) -> PageResponse:
    """Keep what the person says of a transaction, or take it back."""
    if not request.person.is_proven:
        raise PageRefused(403, "Please confirm that it is you", "Enter the code that we send you, then try again.", ("Back", own_data.PATH))
    transaction_id, text = request.path["transaction_id"], " ".join(request.form.text("text").split())
    try:
        if request.form.text("take-back"):
            request.write(corrections.delete_correction, transaction_id)
        else:
            request.write(corrections.record_correction, transaction_id, CorrectionKind(request.form.text("kind")), text)
    except ValueError:
        return _correction_page(request, 400, "Choose what is wrong.")
    except Problem as problem:
        if problem.entry.http == 404:
            raise PageRefused(404, "There is no such transaction", "It may have been deleted since.", _BACK) from None
        most = f"You have said something of {corrections.MAX_CORRECTIONS} transactions, the most there may be. Take one back first."
        is_long = len(text) > corrections.LONGEST_TEXT
        return _correction_page(request, 400, f"Write at most {corrections.LONGEST_TEXT} characters." if is_long else most)
    return request.go(f"{PATH}?done=said#said")
