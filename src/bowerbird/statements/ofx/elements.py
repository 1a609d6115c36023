"""OFX text → its elements, for both spellings: SGML, in which values have no closing tag, and XML.

Nothing in a file can make this expand, fetch or repeat anything: a declaration (`<!DOCTYPE`, `<!ENTITY`) is refused, five fixed names
and numbers are all the references there are, every character is looked at a fixed number of times, and depth is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bowerbird.codes import CSV_INVALID_ROW
from bowerbird.statements.refusal import Refused

DEEPEST = 40
"""Elements inside one another; OFX itself needs about ten."""

_START = re.compile(r"<OFX>", re.IGNORECASE)
_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9._]{0,63})\s*(?P<empty>/?)>(?:<!\[CDATA\[(?P<data>[^\]]*)\]\]>)?(?P<text>[^<]*)"
)
_CLOSED = re.compile(r"</([A-Za-z][A-Za-z0-9._]{0,63})\s*>")
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));")
_NAMES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " "}
_VALUES = frozenset(
    "ACCTID ACCTTYPE BALAMT BANKID BRANCHID CHECKNUM CODE CURDEF CURSYM DTASOF DTPOSTED DTUSER FITID MEMO MESSAGE NAME REFNUM SEVERITY "
    "TRNAMT TRNTYPE TRNUID".split()
)
"""Elements that hold a value and no elements, even where the value is empty and nothing closes it."""
_CLOSED_INSTEAD = {"STMTRS": "CCSTMTRS", "STMTTRNRS": "CCSTMTTRNRS", "BANKMSGSRSV1": "CREDITCARDMSGSRSV1"}
"""The closing tags of a bank's statement, with which CommBank also ends those of a card."""
_HOLDERS = frozenset(
    "OFX BANKMSGSRSV1 CREDITCARDMSGSRSV1 STMTTRNRS CCSTMTTRNRS STMTRS CCSTMTRS BANKTRANLIST STMTTRN BANKACCTFROM "
    "CCACCTFROM LEDGERBAL AVAILBAL PAYEE".split()
)
"""Elements that hold elements and no text: taken for a value, one would give its parts to the element around it."""


@dataclass(slots=True)
class Element:
    """An element that holds others. `values` are those of its value elements that are not empty; `row` is its line in the file."""

    name: str
    row: int
    values: dict[str, str] = field(default_factory=dict)
    inside: list[Element] = field(default_factory=list)

    def all(self, name: str) -> Iterator[Element]:
        """Every element of that name within this one, at any depth, in the order of the file."""
        for element in self.inside:
            if element.name == name:
                yield element
            yield from element.all(name)

    def first(self, name: str) -> Element | None:
        return next((element for element in self.inside if element.name == name), None)


def elements_of(text: str) -> Element:
    """The outermost element. Raises Refused (invalid-csv-row) with the line where the text is no OFX."""
    start = _START.search(text)
    if start is None:
        raise Refused(CSV_INVALID_ROW, row=1, reason="no <OFX> element begins.")
    if (declared := text.find("<!", 0, start.start())) >= 0:
        raise Refused(CSV_INVALID_ROW, row=_row(text, declared), reason="an OFX file declares nothing.")
    return _Reader(text, start.start()).read()


class _Reader:
    def __init__(self, text: str, start: int) -> None:
        self.text, self.position = text, start
        self.counted, self.row = start, _row(text, start)
        self.closed = {match[1].upper() for match in _CLOSED.finditer(text, start)}
        self.open: list[Element] = []
        self.last_value = ""

    def read(self) -> Element:
        outermost: Element | None = None
        while (match := _TAG.match(self.text, self.position)) is not None:
            name, text = match["name"].upper(), _plain((match["data"] or "") + match["text"])
            if outermost is not None and not self.open:
                raise self._refused("something follows </OFX>.")
            if match["close"]:
                self._close(name, text)
            elif name == "BR" and self.last_value:
                self._continue(text)
            elif name in _HOLDERS:
                self._hold(name, text)
                outermost = outermost or self.open[0]
            elif text or match["empty"] or name in _VALUES or name not in self.closed:
                self._value(name, text)
            else:
                self._hold(name, text)
            self.position = match.end()
        if self.position < len(self.text):
            raise self._refused("this is no OFX tag.")
        if outermost is None or self.open:
            raise self._refused(f"<{self.open[-1].name if self.open else 'OFX'}> is never closed.")
        return outermost

    def _hold(self, name: str, text: str) -> None:
        if text or not (self.open or name == "OFX"):
            raise self._refused(f"<{name}> holds text, or stands outside <OFX>.")
        if len(self.open) == DEEPEST:
            raise self._refused(f"more than {DEEPEST} elements are open.")
        self.row += self.text.count("\n", self.counted, self.position)
        self.counted = self.position
        element = Element(name, self.row)
        if self.open:
            self.open[-1].inside.append(element)
        self.open.append(element)

    def _value(self, name: str, text: str) -> None:
        if not self.open:
            raise self._refused(f"<{name}> stands outside <OFX>.")
        values = self.open[-1].values
        if name in values:
            raise self._refused(f"<{name}> appears twice in one <{self.open[-1].name}>.")
        if text:
            values[name] = text

        self.last_value = name

    def _continue(self, text: str) -> None:
        """The rest of a value in which a bank breaks the line as a web page does (ING Australia, libofx issue 32)."""
        values = self.open[-1].values
        values[self.last_value] = " ".join(filter(None, (values.get(self.last_value, ""), text)))

    def _close(self, name: str, text: str) -> None:
        if name == "BR" and self.last_value:
            self._continue(text)
            return
        if text:
            raise self._refused(f"text follows </{name}>.")
        if self.open and self.open[-1].name in (name, _CLOSED_INSTEAD.get(name)):
            self.open.pop()
            self.last_value = ""
        elif name in _VALUES or (self.open and name in self.open[-1].values):
            return
        else:
            raise self._refused(f"</{name}> closes nothing that is open.")

    def _refused(self, reason: str) -> Refused:
        return Refused(CSV_INVALID_ROW, row=_row(self.text, self.position), reason=reason)


def _row(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _plain(text: str) -> str:
    return _REFERENCE.sub(_referred, text).strip() if "&" in text else text.strip()


def _referred(match: re.Match[str]) -> str:
    if match[3]:
        return _NAMES[match[3]]
    code = int(match[1]) if match[1] else int(match[2], 16)
    return chr(code) if 31 < code < 0x110000 and not 0xD7FF < code < 0xE000 else "\N{REPLACEMENT CHARACTER}"
