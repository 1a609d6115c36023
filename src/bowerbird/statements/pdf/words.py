"""PDF bytes → the words of every page with their places.

pdfium hands over a page's text at once; two calls a word then give where it begins, its baseline and its end. Words that do not look
like one piece of horizontal text (drawn in an odd order, rotated, without a Unicode value) are taken apart character by character.
What cannot be read is refused; the reason is for our own log, the wire says the catalogue's words.

pdfium is not safe to use from two threads at once: a caller with threads holds a lock, or reads in a process of its own.
"""

from __future__ import annotations

import ctypes
import re
from contextlib import ExitStack
from math import radians

import pypdfium2 as pdfium
from pypdfium2 import raw

from bowerbird import codes
from bowerbird.statements.pdf.handles import RawHandle, opened_document, opened_page, opened_text
from bowerbird.statements.pdf.page_words import PageWords, Word
from bowerbird.statements.refusal import StatementRefused

MAX_PAGES = 400
MAX_WORDS = 20_000
"""Words on one page: a dense statement has 700."""
MAX_CHARACTERS = 200_000
"""Characters on one page."""
LONGEST_WORD = 400
"""Characters of a word that are kept. Nothing a layout knows is as long; what is longer is a hostile or a broken file."""

Bounds = tuple[float, float, float, float]  # not money: points, the left, lower, right and upper edge of a page
_PASSWORD_NEEDED = 4  # FPDF_ERR_PASSWORD
_WORD = re.compile(r"\S+")
_LINE_END_HYPHEN = "\ufffe"
"""What pdfium hands over for a hyphen at the end of a line."""
_GAP = 0.3  # not money: a wider gap between characters, in heights of the font, ends a word
_WIDEST = 1.3  # not money: a character wider than this many heights is two characters far apart
_SCATTERED = 0.4  # not money: the share of single letters from which a page's words are put together anew
_TOUCH = 0.15  # not money: heights of the font; a space is wider
_UPRIGHT = 0.01  # not money: radians; text at a greater angle is no line of a statement


def read_words(data: bytes) -> list[PageWords]:
    """The words of every page. Raises StatementRefused (bank-statement-invalid): password, damaged, too large, without text."""
    with ExitStack() as opened:
        try:
            document = opened.enter_context(opened_document(data))
        except pdfium.PdfiumError as error:
            needs_password = error.err_code == _PASSWORD_NEEDED
            raise _invalid("the file needs a password" if needs_password else f"the file cannot be opened: {error}") from None
        try:
            return _pages(document)
        except pdfium.PdfiumError as error:
            raise _invalid(f"a page cannot be read: {error}") from None


def _pages(document: pdfium.PdfDocument) -> list[PageWords]:
    count = len(document)
    if not 0 < count <= MAX_PAGES:
        raise _invalid(f"the file has {count} pages; 1 to {MAX_PAGES} are read")
    pages = [_page(document, index) for index in range(count)]
    if not any(page.words for page in pages):
        raise _invalid("no page holds text: a scan, or an empty file")
    return pages


def _page(document: pdfium.PdfDocument, index: int) -> PageWords:
    with opened_page(document, index) as page, opened_text(page) as text_page:
        left, bottom, right, top = page.get_bbox()
        if (turn := page.get_rotation() % 360) == 0:
            words = _PageReader(text_page.raw, index + 1, left, top).words()
        else:
            words = _TurnedPageReader(text_page.raw, index + 1, turn, (left, bottom, right, top)).words()
    if sum(len(word.text) == 1 for word in words) > _SCATTERED * len(words):
        words = _rejoined(words)
    width, height = (right - left, top - bottom) if turn % 180 == 0 else (top - bottom, right - left)
    return PageWords(index + 1, width, height, words)


def _rejoined(words: list[Word]) -> list[Word]:
    """Words of letters that the file draws one by one and pdfium took for words: those that touch on a baseline belong together."""
    rejoined: list[Word] = []
    for word in sorted(words, key=lambda word: (round(word.y), word.x0)):
        last = rejoined[-1] if rejoined else None
        if last and abs(word.y - last.y) < 1 and abs(word.x0 - last.x1) < _TOUCH * word.size and len(last.text) < LONGEST_WORD:
            rejoined[-1] = Word(last.text + word.text, last.x0, word.x1, last.y, last.size)
        else:
            rejoined.append(word)
    return rejoined


_POINTER = ctypes.c_void_p
_origin = ctypes.PYFUNCTYPE(ctypes.c_int, _POINTER, ctypes.c_int, _POINTER, _POINTER)(
    ctypes.cast(raw.FPDFText_GetCharOrigin, _POINTER).value  # type: ignore[arg-type]
)
_loose_box = ctypes.PYFUNCTYPE(ctypes.c_int, _POINTER, ctypes.c_int, _POINTER)(
    ctypes.cast(raw.FPDFText_GetLooseCharBox, _POINTER).value  # type: ignore[arg-type]
)
"""The two calls made for every word, with plain addresses as arguments: ctypes checks typed pointers twice as long as pdfium works."""


class _PageReader:
    """The words of one pdfium text page. `pen` and `box` are the memory that every call fills."""

    def __init__(self, text_page: RawHandle, number: int, left: float, top: float) -> None:  # not money: the page's corner
        self.text_page, self.number, self.left, self.top = text_page, number, left, top
        self.angle = 0.0  # not money: radians
        self.address = ctypes.cast(text_page, _POINTER).value
        self.pen_memory, self.box_memory = (ctypes.c_double * 2)(), (ctypes.c_float * 4)()
        self.pen = memoryview(self.pen_memory).cast("B").cast("d")  # x, y
        self.box = memoryview(self.box_memory).cast("B").cast("f")  # left, top, right, bottom

    def words(self) -> list[Word]:
        words: list[Word] = []
        add, address, page_left, page_top, pen, box = words.append, self.address, self.left, self.top, self.pen, self.box
        at_x, in_box = ctypes.addressof(self.pen_memory), ctypes.addressof(self.box_memory)
        at_y = at_x + 8
        for match in _WORD.finditer(self._text()):
            first, after = match.span()
            _origin(address, first, at_x, at_y)
            _loose_box(address, after - 1, in_box)
            x, y = pen
            _, top, right, bottom = box
            height = top - bottom
            if 0 < right - x <= _WIDEST * height * (after - first) and bottom <= y <= top and after - first <= LONGEST_WORD:
                add(Word(match[0], x - page_left, right - page_left, page_top - y, height))
            else:
                words += self._taken_apart(match[0], first)
            if len(words) > MAX_WORDS:
                raise _invalid(f"page {self.number} holds more than {MAX_WORDS} words")
        return words

    def _text(self) -> str:
        """The page's text, in which a character's place is its place in pdfium's list."""
        count = raw.FPDFText_CountChars(self.text_page)
        if count > MAX_CHARACTERS:
            raise _invalid(f"page {self.number} holds more than {MAX_CHARACTERS} characters")
        if count <= 0:
            return ""
        buffer = (ctypes.c_ushort * (count + 1))()
        written = raw.FPDFText_GetText(self.text_page, 0, count, buffer) - 1
        text = bytes(buffer)[: 2 * count].decode("utf-16-le", "replace")
        if written == count == len(text) and "\0" not in text:
            return text.replace(_LINE_END_HYPHEN, "-")
        return "".join(_shown(raw.FPDFText_GetUnicode(self.text_page, place)) for place in range(count))

    def _taken_apart(self, text: str, first: int) -> list[Word]:
        """Horizontal words of characters that pdfium lists side by side; a new one begins where the pen jumps."""
        parts: list[Word] = []
        letters, (x0, x1, baseline, size) = "", (0.0, 0.0, 0.0, 0.0)  # not money: places
        for place, letter in enumerate(text[:LONGEST_WORD], first):
            if abs(raw.FPDFText_GetCharAngle(self.text_page, place) - self.angle) > _UPRIGHT:
                continue
            _origin(self.address, place, ctypes.addressof(self.pen_memory), ctypes.addressof(self.pen_memory) + 8)
            _loose_box(self.address, place, ctypes.addressof(self.box_memory))
            x, y, right, height = self._placed()
            if letters and not (abs(y - baseline) < 1 and abs(x - x1) <= _GAP * height):
                parts.append(Word(letters, x0, x1, baseline, size))
                letters = ""
            if not letters:
                x0, baseline, size = x, y, height
            letters, x1 = letters + letter, right
        return [*parts, Word(letters, x0, x1, baseline, size)] if letters else parts

    def _placed(self) -> tuple[float, float, float, float]:  # not money: places
        """Left edge, baseline, right edge and height of the character in `pen` and `box`, from the page's left and top edge."""
        return self.pen[0] - self.left, self.top - self.pen[1], self.box[2] - self.left, self.box[1] - self.box[3]


class _TurnedPageReader(_PageReader):
    """The words of a page that its file says to show turned by 90, 180 or 270 degrees, in their places as they are shown."""

    def __init__(self, text_page: RawHandle, number: int, turn: int, bounds: Bounds) -> None:
        left, bottom, right, top = bounds
        super().__init__(text_page, number, left, top)
        self.turn, self.right, self.bottom, self.angle = turn, right, bottom, radians(360 - turn)

    def words(self) -> list[Word]:
        words: list[Word] = []
        for match in _WORD.finditer(self._text()):
            words += self._taken_apart(match[0], match.start())
            if len(words) > MAX_WORDS:
                raise _invalid(f"page {self.number} holds more than {MAX_WORDS} words")
        return words

    def _placed(self) -> tuple[float, float, float, float]:  # not money: places
        (x, y), (left, top, right, bottom) = self.pen, self.box
        if self.turn == 90:
            return y - self.bottom, x - self.left, max(top, bottom) - self.bottom, right - left
        if self.turn == 180:
            return self.right - x, y - self.bottom, self.right - left, top - bottom
        return self.top - y, self.right - x, self.top - min(top, bottom), right - left


def _shown(code: int) -> str:
    """A character by its number; a space where the font says no character, so that it ends a word."""
    if code == ord(_LINE_END_HYPHEN):
        return "-"
    return chr(code) if 0x20 <= code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else " "


def _invalid(reason: str) -> StatementRefused:
    return StatementRefused(codes.STATEMENT_INVALID, reason)
