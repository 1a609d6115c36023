"""Secrets that a server receives and must keep nowhere in clear, and where to look for them.

`Canaries` hands out secrets and remembers them; `sightings` searches bytes from anywhere (a log, a page, a file, a dump, a backup) for
each of them, in every form it might have been written in.
"""

from __future__ import annotations

import base64
import random
import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from stdnum import luhn

_BEGINNING = 4
_SHOWN = 4
"""Digits of a card number that may stay."""


class Canaries:
    """Secrets by what they stand for. Each is used in one place only, so that a sighting tells which way it went."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self.secrets: dict[str, str] = {}

    def new(self, what: str) -> str:
        """A secret that looks like nothing else."""
        secret = f"cnry{self._random.getrandbits(96):024x}"
        return self.known(what, secret)

    def new_card(self, what: str) -> str:
        """A whole card number, as its issuer would give it out."""
        digits = f"4{self._random.randrange(10**14):014d}"
        return self.known(what, digits + luhn.calc_check_digit(digits))

    def new_code(self, what: str) -> str:
        """A secret of digits, as a code that a person types."""
        return self.known(what, f"{self._random.randrange(10**11, 10**12)}")

    def known(self, what: str, secret: str) -> str:
        """A secret made elsewhere."""
        self.secrets[f"{what} #{len(self.secrets)}"] = secret
        return secret

    def forms(self) -> Iterator[tuple[str, bytes]]:
        """(what, bytes) of every way a secret might be written."""
        for what, secret in self.secrets.items():
            yield from ((what, form) for form in set(_forms(secret)))


def _forms(secret: str) -> Iterator[bytes]:
    raw = secret.encode()
    yield raw
    yield raw.hex().encode()
    yield secret.encode("utf-16-le")
    yield quote(secret, safe="").encode()
    for shift in range(3):  # inside a longer text in base64 its first and last characters depend on the neighbours
        yield base64.b64encode(b"\0" * shift + raw)[4 if shift else 0 : -4 if (shift + len(raw)) % 3 else None]
    if secret.isdigit() and len(secret) == 16:
        yield raw[:-_SHOWN]
        yield from (between.join(secret[at : at + 4] for at in (0, 4, 8)).encode() for between in (" ", "-"))


def sightings(canaries: Canaries, places: Mapping[str, bytes]) -> list[str]:
    """What was seen where, empty when nothing was."""
    alike: defaultdict[bytes, list[tuple[str, bytes]]] = defaultdict(list)  # most forms begin as few others do: one look rules out all
    for what, form in canaries.forms():
        alike[form[:_BEGINNING]].append((what, form))
    return [
        f"{what} in {place}"
        for place, data in places.items()
        for beginning, forms in alike.items()
        if beginning in data
        for what, form in forms
        if form in data
    ]


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, the embedded database's own among them; deflated parts of them are not looked into."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def rows_of_sqlite(path: Path) -> dict[str, bytes]:
    """Every row of every table, as bytes of its values."""
    with sqlite3.connect(path) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {f"table {name}": joined(database.execute(f'SELECT * FROM "{name}"')) for name in names}
    database.close()
    return found


def joined(rows: Iterable[Iterable[object]]) -> bytes:
    """Values of rows one after another, each also inflated where it is a deflated stream."""
    pieces: list[bytes] = []
    for row in rows:
        for value in row:
            data = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
            pieces.append(data)
            if data[:1] == b"x":
                pieces.append(_inflated(data))
    return b"\n".join(pieces)


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompress(data)
    except zlib.error:
        return b""
