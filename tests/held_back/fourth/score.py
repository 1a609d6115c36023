"""Write the fourth set of prints to a folder, score the reader on it and print the table by kind, with what was right at first.

`python -m tests.held_back.fourth.score FOLDER [KIND …]`
"""

from __future__ import annotations

import io
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import typst
from playwright.sync_api import sync_playwright
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from tests.browser.browsing import launch
from tests.held_back.fourth.documents import FourthKind, FourthPrint, Pages, Source, kinds
from tests.held_back.judge import Verdict
from tests.held_back.prints.model import Maker
from tests.held_back.reading import Scored, by_kind, reader, scored

FIRST = {"right": 31, "words lost": 2, "refused": 39, "read wrong": 2, "to be refused, refused": 8}
"""The first score of the 82 prints, before any repair for their kinds; by their makers' own count, to which an account's number is none."""
FIRST_RIGHT = frozenset(
    "au-leaders-cr au-opening-row be-sign-behind-apart br-saldo-do-dia ch-saldo-day-end de-belastung-gutschrift es-d-h-letters es-remesa "
    "fr-solde-precedent in-dr-cr-column it-prepaid-newest nl-plus-minus sg-two-ccy uk-app-newest us-sections-counts "
    "amb-slash amb-hyphen-short amb-unsigned bad-page-missing".split()
)
"""The kinds both of whose prints were right at first; of `in-serial-bf` one was."""
_JAPANESE = "HeiseiKakuGo-W5"


def write(folder: Path, chosen: Iterable[FourthKind]) -> dict[Path, tuple[FourthKind, FourthPrint]]:
    """Write each print of these kinds; each path with its kind."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {folder / f"{kind.name}.{one.rows}.pdf": (kind, one) for kind in chosen for one in kind.prints}
    web: dict[Path, Source] = {}
    for path, (kind, one) in made.items():
        if isinstance(one.document, Pages):
            path.write_bytes(_by_reportlab(one.document))
        elif kind.maker is Maker.TYPST:
            path.write_bytes(bytes(typst.compile(one.document.text.encode())))
        else:
            web[path] = one.document
    if web:
        _by_chromium(web)
    return made


def _by_reportlab(document: Pages) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont(_JAPANESE))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4 if document.paper == "A4" else LETTER, invariant=1)
    for page in document.pages:
        for text in page:
            canvas.setFont(text.font, text.points)
            (canvas.drawRightString if text.right else canvas.drawString)(text.left, text.bottom, text.words)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _by_chromium(documents: Mapping[Path, Source]) -> None:
    with sync_playwright() as driver:
        browser = launch(driver)
        page = browser.new_page()
        for path, document in documents.items():
            page.set_content(document.text)
            page.pdf(path=str(path), prefer_css_page_size=True)
        browser.close()


def answers(folder: Path, chosen: Iterable[FourthKind]) -> Iterator[tuple[FourthKind, Scored]]:
    """The verdict on each of these prints."""
    made = write(folder, chosen)
    files = ((path.name, path.read_bytes(), kind.expected(one), "") for path, (kind, one) in made.items())
    with reader() as context:
        yield from zip((kind for kind, _ in made.values()), scored(context, files), strict=True)


def main() -> None:
    """Print each file with its verdict, and the table by kind."""
    folder, wanted = Path(sys.argv[1]), set(sys.argv[2:])
    chosen = [kind for kind in kinds() if not wanted or kind.name in wanted]
    if not chosen:
        raise SystemExit(f"No kind has one of these names. There are: {', '.join(kind.name for kind in kinds())}")
    found = by_kind(folder, ((kind.name, one) for kind, one in answers(folder, chosen)))
    facts = {kind.name: kind for kind in kinds()}
    sys.stdout.write("| kind | made with | | right of 2 at first | right now |\n")
    for name, each in found.items():
        first = 2 if name in FIRST_RIGHT else int(name == "in-serial-bf")
        right = sum(one.verdict is Verdict.RIGHT for one in each)
        sys.stdout.write(f"| {name} | {facts[name].maker} | {facts[name].fact} | {first} | {right} |\n")
    every = [one for each in found.values() for one in each]
    times = sorted(one.cpu_ms for one in every)
    sys.stdout.write(f"first, of 82 prints: {FIRST}\n")
    sys.stdout.write(f"now, of {len(every)} prints: {dict(Counter(str(one.verdict) for one in every))}\n")
    sys.stdout.write(f"CPU ms: median {times[len(times) // 2]:.0f}, 95 % {times[len(times) * 95 // 100]:.0f}, most {times[-1]:.0f}\n")


if __name__ == "__main__":
    main()
