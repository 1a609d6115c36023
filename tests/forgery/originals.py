"""Statements as four different programs would print them: no bank's, but built the ways that banks' are."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO

from PIL import Image
from reportlab.lib.colors import Color, black, white
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 595, 842
PAGES, ROWS = 3, 24
SHADE = Color(0.92, 0.94, 0.98)
PLACES = ("COFFEE ROASTERS", "CITY GROCER", "SALARY WATTLE PTY LTD", "RENT", "TRANSFER TO SAVINGS", "PHARMACY", "TRAIN TOP UP")


@dataclass(frozen=True)
class Row:
    """A printed transaction."""

    day: str
    text: str
    amount: str
    balance: str
    credit: bool


def rows(seed: int) -> Iterator[Row]:
    """A page's transactions after another, each balance the one before plus the amount."""
    dice = random.Random(seed)
    balance = 1_204_55
    for number in range(PAGES * ROWS):
        text = dice.choice(PLACES)
        cents = dice.randint(500, 250_000)
        credit = text.startswith("SALARY") or balance < cents
        balance += cents if credit else -cents
        yield Row(f"{number % 28 + 1:02} Mar", text, _money(cents), _money(balance), credit)


def _money(cents: int) -> str:
    return f"{cents // 100:,}.{cents % 100:02}"


def _canvas(to: BytesIO, producer: str, **options: object) -> Canvas:
    canvas = Canvas(to, pagesize=(WIDTH, HEIGHT), invariant=1, **options)
    canvas.setProducer(producer)
    canvas.setTitle("Statement")
    return canvas


def plain(seed: int = 1) -> bytes:
    """The standard fonts, one run a cell, a link in the footer, rules under the rows."""
    to, printed = BytesIO(), rows(seed)
    canvas = _canvas(to, "StatementWriter 4.2")
    for page in range(PAGES):
        canvas.setFont("Helvetica-Bold", 14)
        canvas.drawString(50, 790, "Your Statement")
        canvas.setFont("Helvetica", 8)
        canvas.drawString(50, 775, f"Statement 7 page {page + 1} of {PAGES}")
        canvas.linkURL("https://bank.example/help", (50, 20, 150, 32))
        canvas.drawString(50, 24, "bank.example/help")
        for line in range(ROWS):
            row, y = next(printed), 740 - line * 26
            canvas.drawString(50, y, row.day)
            canvas.drawString(100, y, row.text)
            canvas.drawRightString(440 if row.credit else 360, y, row.amount)
            canvas.drawRightString(540, y, row.balance)
            canvas.line(50, y - 6, 540, y - 6)
        canvas.showPage()
    canvas.save()
    return to.getvalue()


def shaded(seed: int = 2) -> bytes:
    """Embedded fonts, a white and a shaded box behind every row as it is drawn, a see-through logo, bold totals."""
    for name, file in (("Plain", "Vera.ttf"), ("Strong", "VeraBd.ttf")):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, file))
    to, printed, balance = BytesIO(), rows(seed), ""
    canvas = _canvas(to, "Composer 11", pageCompression=1)
    for page in range(PAGES):
        canvas.drawImage(_logo(), 450, 780, 90, 36, mask="auto")
        canvas.setFont("Strong", 12)
        canvas.drawString(40, 790, "Everyday account")
        for line in range(ROWS):
            row, y = next(printed), 745 - line * 27
            canvas.setFillColor(SHADE if line % 2 else white)
            canvas.rect(40, y - 8, 510, 26, stroke=0, fill=1)
            canvas.setFillColor(black)
            canvas.setFont("Plain", 8)
            canvas.drawString(45, y, row.day)
            canvas.drawString(95, y, row.text)
            canvas.drawRightString(350, y, f"{'' if row.credit else '-'}${row.amount}")
            canvas.drawRightString(540, y, f"${(balance := row.balance)}")
        if page == PAGES - 1:
            canvas.setFont("Strong", 9)
            canvas.drawString(45, 60, "Closing balance")
            canvas.drawRightString(540, 60, f"${balance}")
        canvas.showPage()
    canvas.save()
    return to.getvalue()


def framed(seed: int = 3) -> bytes:
    """A letterhead drawn as a form under every page, a filled ring around the table after the text, text in the typewriter font."""
    to, printed = BytesIO(), rows(seed)
    canvas = _canvas(to, "HostPrint/3.1", pageCompression=0)
    canvas.beginForm("letterhead")
    canvas.setFont("Times-Roman", 16)
    canvas.drawString(60, 800, "The Bank")
    canvas.rect(55, 790, 480, 2, stroke=0, fill=1)
    canvas.endForm()
    for _ in range(PAGES):
        canvas.doForm("letterhead")
        text = canvas.beginText(60, 760)
        text.setFont("Courier", 9)
        text.setLeading(24)
        for _ in range(ROWS):
            row = next(printed)
            text.textLine(f"{row.day}  {row.text:<28}{row.amount:>14}{'CR' if row.credit else 'DR'}{row.balance:>18}")
        canvas.drawText(text)
        ring = canvas.beginPath()
        ring.rect(50, 150, 495, 630)
        ring.moveTo(52, 152)
        for x, y in ((52, 778), (543, 778), (543, 152)):
            ring.lineTo(x, y)
        ring.close()
        canvas.setFillColor(black)
        canvas.drawPath(ring, stroke=0, fill=1, fillMode=0)
        canvas.showPage()
    canvas.save()
    return to.getvalue()


def designed(seed: int = 4) -> bytes:
    """A cover page with fonts of its own, shapes and clips, a payment slip with a line for machines, a last page that is a picture."""
    to, printed = BytesIO(), rows(seed)
    canvas = _canvas(to, "Designer Server 2020", pageCompression=1)
    canvas.setFont("Times-BoldItalic", 30)
    canvas.drawString(60, 700, "Hello")
    canvas.setFont("Times-Roman", 11)
    for line in range(9):
        canvas.drawString(60, 640 - line * 16, "Here is your statement for the month.")
    canvas.setFont("Courier", 11)
    canvas.drawString(60, 100, "0000123456 00001234")
    canvas.showPage()
    for _ in range(PAGES):
        canvas.setFont("Helvetica", 8)
        for line in range(ROWS):
            row, y = next(printed), 740 - line * 26
            for x, text in ((50, row.day), (100, row.text)):
                canvas.drawString(x, y, text)
            canvas.saveState()
            clip = canvas.beginPath()
            clip.rect(560, y, 10, 10)
            canvas.clipPath(clip, stroke=0, fill=0)
            canvas.setFillColor(SHADE)
            canvas.rect(0, 0, WIDTH, HEIGHT, stroke=0, fill=1)
            canvas.restoreState()
            for right, text in ((440 if row.credit else 360, row.amount), (540, row.balance)):
                canvas.drawRightString(right, y, text)
        canvas.showPage()
    canvas.drawImage(_logo(opaque=True), 0, 0, WIDTH, HEIGHT)
    canvas.showPage()
    canvas.save()
    return to.getvalue()


def crowded(seed: int = 5) -> bytes:
    """Honest and ugly: headings drawn twice to look bold, a heading painted over and drawn again, descriptions over amounts."""
    to, printed = BytesIO(), rows(seed)
    canvas = _canvas(to, "Notebook 1.0")
    for _ in range(PAGES):
        canvas.setFont("Helvetica", 9)
        for shift in (0, 0.3):
            canvas.drawString(50 + shift, 790, "Statement of account 2026")
        canvas.drawString(50, 770, "Period 01 March to 31 March")
        canvas.setFillColor(SHADE)
        canvas.rect(45, 765, 300, 16, stroke=0, fill=1)
        canvas.setFillColor(black)
        canvas.drawString(50, 770, "Period 01 March to 31 March")
        for line in range(ROWS):
            row, y = next(printed), 735 - line * 26
            canvas.drawString(50, y, f"{row.day} {row.text} BILL NO.133, 132, 139, 14,16,663, 138, 143, 140, 142 CHQ 085900 FOR GOODS")
            canvas.drawRightString(360, y, row.amount)
            canvas.drawRightString(540, y, row.balance)
        canvas.showPage()
    canvas.save()
    return to.getvalue()


def _logo(opaque: bool = False) -> ImageReader:
    picture = Image.new("RGB" if opaque else "RGBA", (60, 24), (40, 80, 160) if opaque else (40, 80, 160, 0))
    picture.paste((200, 40, 40) if opaque else (200, 40, 40, 255), (10, 5, 30, 20))
    return ImageReader(picture)


ORIGINALS: dict[str, Callable[..., bytes]] = {"plain": plain, "shaded": shaded, "framed": framed, "designed": designed}
