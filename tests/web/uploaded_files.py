"""Statements for the pages that show them: proven, refused in every way, as text, and hostile."""

from __future__ import annotations

from typing import NamedTuple

from tests.api.fixtures import HEADER, STATEMENT_BANK
from tests.api.pdf_files import CBA, DEPOSIT, changed, one_cent_off
from tests.serving import Application
from tests.statement_factory.catalogue import specimen
from tests.statement_factory.pdf_canvas import Specimen
from tests.statement_factory.unknown_banks import ORIGIN, READABLE, unknown_bank

PRINTED: Specimen = specimen(DEPOSIT, 5)
"""A statement with a product that the layout knows."""
_PRODUCTS = ("Smart Access", "Complete Access", "Streamline", "Everyday Offset", "GoalSaver", "NetBank Saver", "Youthsaver")
PRODUCT = next(name for name in _PRODUCTS if any(name in item.text.text for item in PRINTED.items))
UNKNOWN_PRODUCT = "Moonshot Saver"
HOSTILE = '<img src=x onerror="document.title=1">'


class Uploaded(NamedTuple):
    """Jobs that read a file, by what the file was."""

    proven: str
    broken: str
    product: str
    layout: str
    text: str
    wrong_line: str


def row(day: str, text: str, amount: str, balance: str = "95.50") -> str:
    return f'12345678,AUD,{balance},transaction,Everyday,{day},"{text}",{amount}'


def csv_of(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows, ""]).encode()


TEXT = csv_of(row("2026-03-01", "Coffee", "-4.50"), row("2026-03-02", HOSTILE.replace('"', '""'), "-1.00"))
WRONG_LINE = csv_of(row("2026-03-01", "Coffee", "-4.50"), row("2026-03-02", "Tea", "-4.5O"), row("2026-03-03", "Milk", "-2.00"))


def upload(app: Application, user: str, content: bytes, institution: str) -> str:
    answer = app.upload(user, content, institution, "statement")
    assert answer.status_code == 202, answer.text
    job_id = str(answer.json()["id"])
    app.settled(job_id)
    return job_id


def upload_all(app: Application, user: str) -> Uploaded:
    return Uploaded(
        proven=upload(app, user, PRINTED.pdf(), CBA),
        broken=upload(app, user, one_cent_off(PRINTED), CBA),
        product=upload(app, user, changed(PRINTED, PRODUCT, UNKNOWN_PRODUCT), CBA),
        layout=upload(app, user, unknown_bank(READABLE[0], 3).pdf(), ORIGIN),
        text=upload(app, user, TEXT, STATEMENT_BANK),
        wrong_line=upload(app, user, WRONG_LINE, STATEMENT_BANK),
    )
