"""What a person may see of themselves once a code has shown that it is them: who read their data, a copy of it, receipts of deletion."""

from __future__ import annotations

from datetime import date
from functools import partial
from itertools import groupby
from typing import NamedTuple

from bowerbird.domain.consents import contacts, one_time_codes, reading_log, receipts
from bowerbird.domain.consents.contacts import Contact
from bowerbird.domain.consents.reading_log import ReadingRow
from bowerbird.domain.consents.receipts import ReceiptRow
from bowerbird.domain.services import Session
from bowerbird.domain.statements.uploads import read_upload
from bowerbird.domain.users.own_data import read_own_data, receipt_of
from bowerbird.logs import log
from bowerbird.model.clock import from_milliseconds, to_milliseconds, wire_time
from bowerbird.model.consent import DeletionReason
from bowerbird.model.days import day_of_number
from bowerbird.model.reading import Reader, ReadKind
from bowerbird.outbound.code_sender import NotSent
from bowerbird.web.consent import copies
from bowerbird.web.consent.links import WRONG
from bowerbird.web.consent.sign_in import PageFrame, page_frame
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse

PATH = "/home/data"
_LINES_SHOWN = 200
"""Lines of the reading log on the page; the download has them all."""
_BACK = ("Back", PATH)

KINDS = {
    ReadKind.ACCOUNTS: "your accounts and balances",
    ReadKind.TRANSACTIONS: "your transactions",
    ReadKind.IDENTITY: "your name and contact details at the bank",
    ReadKind.CONNECTIONS: "which banks are connected",
    ReadKind.PROGRESS: "how reading your bank or file went",
    ReadKind.EVENTS: "that something changed",
    ReadKind.STATEMENTS: "statements you uploaded",
    ReadKind.INSIGHTS: "figures worked out from your transactions",
    ReadKind.FEED: "a feed of your accounts and transactions",
    ReadKind.EXPORT: "a file of your accounts and transactions",
}
"""What was read, as the person calls it."""

REASONS = {
    DeletionReason.REVOKED: "You withdrew your consent",
    DeletionReason.EXPIRED: "Your consent expired",
    DeletionReason.NARROWED: "You agreed to share less",
    DeletionReason.USER_DELETED: "Everything about you was deleted",
}


class DayRead(NamedTuple):
    """What was read on a day, a line for each reader and kind."""

    day: date
    lines: list[str]


class OwnData(NamedTuple):
    """What the page shows. `reads` and `receipts` are empty until the session is proven."""

    contact: Contact | None
    can_send: bool
    reads: list[ReadingRow]
    receipts: list[ReceiptRow]
    frame: PageFrame


def _read(request: PageRequest, session: Session) -> OwnData:
    is_proven = request.person.is_proven
    return OwnData(
        contacts.find_contact(session),
        contacts.can_send(session),
        reading_log.list_reads(session, _LINES_SHOWN) if is_proven else [],
        receipts.list_receipts(session) if is_proven else [],
        page_frame(request, session),
    )


def show_own_data(request: PageRequest) -> PageResponse:
    return _page(request, 200, "")


def _page(request: PageRequest, status: int, wrong: str) -> PageResponse:
    if request.person.is_proven:
        reading_log.write_down_now(request.services)
    own = request.read(partial(_read, request))
    row = own.contact.row if own.contact else None
    return request.show(
        "consent/own_data.html", status, contact=own.contact, can_send=own.can_send, proven=request.person.is_proven, wrong=wrong,
        sent=row is not None and one_time_codes.is_valid(request.services, row), receipts=own.receipts, reasons=REASONS,
        wait=one_time_codes.wait_s(request.services, row) if row else 0, minutes=one_time_codes.CODE_MINUTES,
        days=days_of(own.reads, own.frame.application.name),
        newer=contacts.hint_of(own.contact.newer) if own.contact and own.contact.newer else "",
        in_sandbox=not request.context.hooks.why_unavailable(request), **own.frame._asdict(),
    )  # fmt: skip


def days_of(reads: list[ReadingRow], application: str) -> list[DayRead]:
    """The reading log in plain words, the newest day first."""
    return [DayRead(day_of_number(day), [_line(row, application) for row in rows]) for day, rows in groupby(reads, key=lambda row: row.day)]


def _line(row: ReadingRow, application: str) -> str:
    who = application if row.reader is Reader.APPLICATION else "A person who runs this service"
    times = "once" if row.reads == 1 else f"{row.reads:,} times"
    return f"{who} read {KINDS[row.kind]} {times}{'' if row.consent_id else ', while you had given no consent'}."


def send_own_code(request: PageRequest) -> PageResponse:
    code = request.write(contacts.create_code)
    if code is None:
        return _page(request, 429, "A new code can be sent 30 seconds after the last one, and five times a day.")
    name = request.read(partial(page_frame, request)).application.name
    text = f"{code.code} is your code to see the data stored about you for {name}. Do not give it to anyone, nor to {name}."
    try:
        request.services.code_sender.send(code.address, text)
    except NotSent as error:
        log.error("code_not_sent", correlation_id=request.correlation_id, why=str(error))
        return _page(request, 502, "The message could not be sent. Please wait 30 seconds, then request a new code.")
    return request.go(PATH)


def check_own_code(request: PageRequest) -> PageResponse:
    now_ms = to_milliseconds(request.context.clock.now())
    verdict = request.write(contacts.check_code, request.person, request.form.text("code"), now_ms)
    return _page(request, 400, WRONG[verdict]) if verdict in WRONG else request.go(PATH)


def _require_proof(request: PageRequest) -> None:
    """Raises PageRefused where no code was entered in this session a short while ago."""
    if not request.person.is_proven:
        raise PageRefused(403, "Please confirm that it is you", "Enter the code that we send you, then try again.", _BACK)


def change_contact(request: PageRequest) -> PageResponse:
    _require_proof(request)
    request.write(contacts.replace_contact)
    return request.go(f"{PATH}?done=contact")


def download_data(request: PageRequest) -> PageResponse:
    """Everything stored of the person, as JSON, or as an archive of CSV files with the uploaded originals."""
    _require_proof(request)
    kind = request.path["kind"]
    if kind not in ("json", "csv"):
        raise PageRefused(404, "There is no such download", "Your data can be downloaded as JSON and as CSV.", _BACK)
    reading_log.write_down_now(request.services)
    tables, tenant = request.read(read_own_data), request.person.tenant
    if kind == "json":
        now_ms = to_milliseconds(request.services.clock.now())
        return copies.as_json({"made": wire_time(from_milliseconds(now_ms)), **tables}, "my-data.json")
    files = {str(row["job"]): read_upload(request.services, tenant, str(row["job"])) for row in tables["files"]}
    originals = {f"{job}.{file.kind}": file.content for job, file in files.items() if file is not None}
    return copies.as_archive(tables, originals, "my-data.zip")


def download_receipt(request: PageRequest) -> PageResponse:
    _require_proof(request)
    found = [row for row in request.read(receipts.list_receipts) if row.id == request.path["receipt_id"]]
    if not found:
        raise PageRefused(404, "There is no such receipt", "Receipts of what was deleted are listed on the page.", _BACK)
    return copies.as_json(receipt_of(found[0]), f"receipt-{found[0].id[:8]}.json")
