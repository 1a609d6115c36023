"""A FinTS 3.0 bank on loopback, written after the specification: dialogs with numbered messages, PINs, TANs, and approval in an app."""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from tests.banks.upstream import Answer, Asked, UpstreamServer

BANK, USER, PIN, TAN, PRODUCT = "10090044", "ada", "12345", "471147", "6151256F3D4F9975B877BD4A2"
_MOBILE = "942:2:MTAN2:mobileTAN::mobileTAN:6:1:SMS:3:N:1:N:0:0:N:N:00:0:N:1"
_APP = "946:2:SECUREGO:Decoupled::App:6:1:App:3:N:1:N:0:0:N:N:00:0:N:1:99:1:1:J:J"


@dataclass(frozen=True)
class BookedRow:
    day: date
    amount: str
    mark: str
    code: str
    text: str
    name: str = "Stadtwerke"

    def lines(self) -> str:
        return (
            f":61:{self.day:%y%m%d%m%d}{self.mark}R{self.amount}NMSCNONREF\r\n"
            f":86:{self.code}?00UMSATZ?10931?20SVWZ+{self.text}?30GENODEF1?31DE02?32{self.name}\r\n"
        )


@dataclass
class FinTsAccount:
    iban: str
    kind: int
    product: str
    rows: list[BookedRow] = field(default_factory=list)
    balance: str = "1041,23"

    @property
    def number(self) -> str:
        return self.iban[-10:]


class FinTsBank(UpstreamServer):
    """`second` is what a login from an unknown system is asked: tan, app or nothing. `approved` is the person's tap in the app.

    `refusal` is the code that stands before the one of a wrong PIN. `tan_for_rows`: each order of rows waits for a TAN. `picture` comes
    with each question, as its type and content; `flicker` is a code for a TAN device in its place. `at_tan` is called once a TAN, or a
    question whether the person has approved, has come, before it is used, and once more after that.
    `looks` counts these questions; `may_look`: the bank wants them.
    """

    def __init__(self, *accounts: FinTsAccount, second: str = "") -> None:
        super().__init__()
        self.accounts, self.second, self.approved = list(accounts), second, False
        self.wrong_pins, self.locked, self.tan_for_rows = 0, False, False
        self.refusal = "9050"
        self.picture: tuple[str, bytes] | None = None
        self.flicker = ""
        self.at_tan: Callable[[str], None] = lambda _when: None
        self.is_forgetful, self.looks, self.may_look = False, 0, True
        self.systems: list[str] = []
        self.confirmed: set[str] = set()
        self.dialogs: dict[str, int] = {}
        self.inits = 0
        self._system_of: dict[str, str] = {}
        self._ordered: dict[str, list[str]] = {}
        self._part_sizes = 2

    def answer(self, asked: Asked) -> Answer:
        sent = base64.b64decode(asked.body).decode("latin-1")
        head = re.match(r"HNHBK:1:3\+\d+\+300\+([^+]+)\+(\d+)", sent)
        assert head, sent
        dialog, number = head[1], int(head[2])
        if self._signed(sent)[1]:
            self.at_tan("here")
        if dialog == "0":
            dialog = f"D{len(self.dialogs) + 1}"
            self.dialogs[dialog] = 0
        self.dialogs[dialog] += 1
        if self.dialogs[dialog] != number:
            return self._message(dialog, number, ["HIRMG:2:2+9110::Falsche Nachrichtennummer"])
        return self._message(dialog, number, self._inner(dialog, sent))

    def _message(self, dialog: str, number: int, segments: list[str]) -> Answer:
        inner = "".join(f"{each}'" for each in segments)
        key = f"280:{BANK}:{USER}:V:0:0"
        whole = (
            f"HNHBK:1:3+000000000300+300+{dialog}+{number}'HNVSK:998:3+PIN:1+998+1+1::0+1+2:2:13:@8@00000000:5:1+{key}+0'"
            f"HNVSD:999:1+@{len(inner)}@{inner}'HNHBS:{len(segments) + 2}:1+{number}'"
        )
        return Answer(200, base64.b64encode(whole.encode("latin-1")))

    def _inner(self, dialog: str, sent: str) -> list[str]:
        pin, tan = self._signed(sent)
        if self.locked or pin != PIN:
            self.wrong_pins += pin != PIN
            self.locked = self.locked or self.wrong_pins >= 3
            return [f"HIRMG:2:2+{self.refusal}::Abgelehnt+{'9931::Zugang gesperrt' if self.locked else '9942::PIN ungueltig'}"]
        segments = ["HIRMG:2:2+0010::Nachricht entgegengenommen"]
        login = re.search(r"'HKIDN:\d+:2\+280:(\d+)\+([^+]*)\+([^+]*)\+", sent)
        if login:
            segments += self._initialized(dialog, sent, login[3])
        if found := re.search(r"'HKTAN:(\d+):(\d)\+(2|S)\+\+\+\+([^+']*)", sent):
            segments += self._confirmed(dialog, found, tan)
        if found := re.search(r"'HKSPA:(\d+):1", sent):
            listed = "+".join(f"J:{each.iban}:MARKDEF1100:{each.number}::280:{BANK}" for each in self.accounts)
            segments += [f"HISPA:5:1:{found[1]}+{listed}"]
        if found := re.search(r"'HKSAL:(\d+):6\+", sent):
            segments += self._balance(sent, found[1])
        if found := re.search(r"'HKKAZ:(\d+):6\+([^']*)", sent):
            wanted, given = re.search(r"'HKTAN:(\d+):(\d)\+4\+HKKAZ", sent), found[2].split("+")
            is_first = len(given) < 6 or not given[5]
            if wanted and is_first:
                self._ordered[dialog] = given
                segments += self._asked(dialog, wanted)
            else:
                segments += self._rows(found[1], given)
        return segments

    @staticmethod
    def _signed(sent: str) -> tuple[str, str]:
        found = re.search(r"HNSHA:\d+:\d+\+[^+]*\+[^+]*\+([^:+']+)(?::([^:+']+))?'", sent)
        return (found[1], found[2] or "") if found else ("", "")

    def _initialized(self, dialog: str, sent: str, system: str) -> list[str]:
        self.inits += 1
        segments = []
        says = ["3920::Zugelassene Verfahren:" + ("946" if self.second == "app" else "942"), "0020::Dialoginitialisierung erfolgreich"]
        segments.append("HIRMS:3:2:4+" + "+".join(says))
        segments += self._bank_parameters() + self._user_parameters()
        if re.search(r"'HKSYN:", sent):
            system = f"SYS{len(self.systems) + 1}"
            self.systems.append(system)
            segments.append(f"HISYN:7:4:5+{system}")
        self._system_of[dialog] = system
        asks = re.search(r"'HKTAN:(\d+):(\d)\+4\+HKIDN", sent)
        if asks and self.second and system not in self.confirmed:
            segments += self._asked(dialog, asks)
        elif asks:
            segments += [f"HIRMS:8:2:{asks[1]}+3076::Starke Kundenauthentifizierung nicht notwendig"]
        return segments

    def _shown(self) -> str:
        """The picture of a question, as HHD_UC has it: each part behind its length."""
        if self.flicker:
            return f"+@{len(self.flicker)}@{self.flicker}"
        if self.picture is None:
            return ""
        parts = (self.picture[0].encode(), self.picture[1])
        content = b"".join(struct.pack(">H", len(each)) + each for each in parts).decode("latin-1")
        return f"+@{len(content)}@{content}"

    def _asked(self, dialog: str, wanted: re.Match[str]) -> list[str]:
        code = "3955::Freigabe in der App" if self.second == "app" else "0030::Auftrag empfangen - TAN erforderlich"
        text = "Bitte in der App freigeben" if self.second == "app" else "Die TAN kommt per SMS"
        return [f"HIRMS:8:2:{wanted[1]}+{code}", f"HITAN:9:{wanted[2]}:{wanted[1]}+4++REF{dialog}+{text}{self._shown()}"]

    def _bank_parameters(self) -> list[str]:
        version, way = ("7", _APP if self.may_look else _APP.removesuffix("J") + "N") if self.second == "app" else ("6", _MOBILE)
        needed = "J" if self.tan_for_rows else "N"
        return [
            f"HIBPA:4:3:4+78+280:{BANK}+Musterbank+1+1+300+500",
            "HIKAZS:5:6:4+1+1+1+365:J:N",
            "HISALS:5:6:4+1+1+1",
            f"HITANS:5:{version}:4+1+1+1+J:N:0:{way}",
            f"HIPINS:5:1:4+1+1+1+5:20:6:Benutzer::HKKAZ:{needed}:HKSAL:N:HKTAN:N",
        ]

    def _user_parameters(self) -> list[str]:
        listed = [f"HIUPA:6:4:4+{USER}+3+0"]
        for each in self.accounts:
            of = f"{each.number}::280:{BANK}+{each.iban}+{USER}+{each.kind}+EUR+Ada Lovelace++{each.product}"
            listed.append(f"HIUPD:6:6:4+{of}++HKSAL:1+HKKAZ:1")
        return listed

    def _confirmed(self, dialog: str, found: re.Match[str], tan: str) -> list[str]:
        number, version, way = found[1], found[2], found[3]
        if way == "S":
            self.looks += 1
            self.at_tan("here")
            if not self.approved:
                return [f"HIRMS:4:2:{number}+3956::Noch nicht freigegeben", f"HITAN:5:{version}:{number}+S++REF+Freigabe"]
        elif tan != TAN:
            return [f"HIRMS:4:2:{number}+9941::TAN ungueltig"]
        if not self.is_forgetful:
            self.confirmed.add(self._system_of[dialog])
        rows = self._rows(number, self._ordered.pop(dialog)) if dialog in self._ordered else []
        self.at_tan("used")
        return [f"HIRMS:4:2:{number}+0020::Auftrag ausgefuehrt", f"HITAN:5:{version}:{number}+{way}++REF+nochallenge", *rows]

    def _account(self, text: str) -> FinTsAccount:
        return next(each for each in self.accounts if each.number in text)

    def _balance(self, sent: str, number: str) -> list[str]:
        account = self._account(sent)
        of = f"{account.number}::280:{BANK}"
        return [f"HIRMS:4:2:{number}+0020::Ausgefuehrt", f"HISAL:5:6:{number}+{of}+{account.product}+EUR+C:{account.balance}:EUR:20260531"]

    def _rows(self, number: str, given: list[str]) -> list[str]:
        account = self._account(given[0])
        first = given[2] if len(given) > 2 else ""
        begun = int(given[5]) if len(given) > 5 and given[5] else 0
        rows = [row for row in account.rows if f"{row.day:%Y%m%d}" >= first]
        part = rows[begun : begun + self._part_sizes]
        says = [f"HIRMS:4:2:{number}+0020::Ausgefuehrt"]
        if begun + self._part_sizes < len(rows):
            says = [f"HIRMS:4:2:{number}+3040::Es liegen weitere Informationen vor:{begun + self._part_sizes}"]
        text = f"\r\n:20:STARTUMS\r\n:25:{BANK}/{account.number}\r\n:28C:0\r\n:60F:C260101EUR0,00\r\n"
        text += "".join(row.lines() for row in part) + ":62F:C260531EUR0,00\r\n-"
        return [*says, f"HIKAZ:5:6:{number}+@{len(text)}@{text}"] if part else [f"HIRMS:4:2:{number}+3010::Keine Umsaetze"]
