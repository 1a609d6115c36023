"""The rows of an export, never all of them in memory: copied in one snapshot, and worked out once that has ended.

A copy takes microseconds a row, so that the database is held for seconds at a million rows. What rows mean and how they are written takes
longer, and sending them as long as their reader likes: both read the copy, which no later change of the account tears.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Final, NamedTuple

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.feeds.exported import UNKNOWN, ExportedRows, ExportedTransaction
from bowerbird.domain.insights.declarations import Declarations, current_rules, read_declarations
from bowerbird.domain.insights.meaning import meaning_of
from bowerbird.domain.ledger import documents
from bowerbird.domain.services import Session
from bowerbird.insights.context import concerns_others, in_context
from bowerbird.insights.movements import Movement
from bowerbird.model.days import day_of_number
from bowerbird.storage.files.disk import require_room
from bowerbird.storage.rows import transactions as transaction_rows
from bowerbird.storage.rows.accounts import AccountRow
from bowerbird.storage.rows.transactions import PostedTransaction

_BLOCK_ROWS: Final = 500
_IN_MEMORY_BYTES: Final = 4 * 1024 * 1024
_LENGTH_BYTES: Final = 4
_encode = msgspec.msgpack.Encoder().encode
_stored = msgspec.msgpack.Decoder(list[PostedTransaction]).decode
_ready = msgspec.msgpack.Decoder(list[ExportedTransaction]).decode

Keeps = Callable[[ExportedTransaction], bool]
"""Whether a row is written."""


class Spool:
    """Blocks in the order they are appended: up to 4 MiB in memory, then in a file without a name, sealed by a key of this object alone.

    A process that dies leaves bytes on the disk that nothing opens. One thread at a time uses it. DiskFull is raised before a file leaves
    the database too little room.
    """

    def __init__(self, folder: Path | None) -> None:
        """`folder` is where a file is made, None for where the system has its temporary ones."""
        self.folder = folder
        self._file = SpooledTemporaryFile(_IN_MEMORY_BYTES, dir=str(folder) if folder else None)  # noqa: SIM115  (closed by `close`)
        self._cipher = AESGCM(os.urandom(32))
        self._starts = [0]

    def __len__(self) -> int:
        """How many blocks there are."""
        return len(self._starts) - 1

    def append(self, block: bytes) -> None:
        sealed = self._cipher.encrypt(_nonce(len(self)), block, None)
        if self._starts[-1] + len(sealed) + _LENGTH_BYTES > _IN_MEMORY_BYTES:
            on_disk = self._starts[-1] > _IN_MEMORY_BYTES
            require_room(self.folder, len(sealed) if on_disk else _IN_MEMORY_BYTES + len(sealed), "this export")
        self._file.seek(self._starts[-1])
        self._file.write(len(sealed).to_bytes(_LENGTH_BYTES, "big") + sealed)
        self._starts.append(self._file.tell())

    def blocks(self, numbers: range) -> Iterator[bytes]:
        """Blocks by their numbers, from 0 on."""
        for number in numbers:
            self._file.seek(self._starts[number])
            length = int.from_bytes(self._file.read(_LENGTH_BYTES), "big")
            yield self._cipher.decrypt(_nonce(number), self._file.read(length), None)

    def close(self) -> None:
        self._file.close()


def _nonce(number: int) -> bytes:
    """The key is of one spool, and each block is sealed once."""
    return number.to_bytes(12, "big")


@dataclass(frozen=True, slots=True)
class CopiedRows:
    """The posted rows of accounts as they were stored at one moment: by account, the numbers of its blocks in the spool.

    `declarations` are what the application says of them; None where their meaning is not to be shown.
    """

    spool: Spool
    accounts: Sequence[tuple[AccountRow, range]]
    declarations: Declarations | None

    def close(self) -> None:
        self.spool.close()


def copy_rows(session: Session, accounts: Sequence[AccountRow], *, categorised: bool) -> CopiedRows:
    """Copy what the user shares of some accounts, as the session's snapshot has it."""
    scope = read_scope(session)
    declarations = read_declarations(session, accounts[0].user_ref, current_rules(session)) if categorised and accounts else None
    spool = Spool(session.services.storage.folder)
    try:
        blocks = []
        for account in accounts if scope.transactions else ():
            start = len(spool)
            for page in transaction_rows.posted_pages(session.uow, account, scope.earliest_day, _BLOCK_ROWS):
                spool.append(_encode(page))
            blocks.append((account, range(start, len(spool))))
    except BaseException:
        spool.close()
        raise
    return CopiedRows(spool, blocks, declarations)


class _InContext(NamedTuple):
    """What a row is beside others, where that is not what it is alone."""

    leaf: str
    is_transfer: bool


@contextmanager
def worked_out(copied: CopiedRows, keeps: Keeps) -> Iterator[dict[str, ExportedRows]]:
    """The rows that are written, by the ids of their accounts, as long as the context lasts."""
    spool = Spool(copied.spool.folder)
    try:
        yield _work_out(copied, keeps, spool)
    finally:
        spool.close()


def _work_out(copied: CopiedRows, keeps: Keeps, spool: Spool) -> dict[str, ExportedRows]:
    found, movements, context = {}, list[Movement](), dict[str, _InContext]()
    for account, blocks in copied.accounts:
        start, rows = len(spool), ExportedRows()
        for block in copied.spool.blocks(blocks):
            alone = [_row(stored, account, copied.declarations) for stored in _stored(block)]
            movements += [movement for _, movement in alone if movement is not None and concerns_others(movement)]
            kept = [row for row, _ in alone if keeps(row)]
            if kept:
                spool.append(_encode(kept))
                total_cents = rows.total_cents + sum(row.cents for row in kept)
                rows = replace(rows, first=rows.first or kept[0], last=kept[-1], total_cents=total_cents)
        found[account.id] = replace(rows, read=partial(_read, spool, range(start, len(spool)), context))
    movements.sort(key=lambda row: (row.day, row.id))
    context.update(_context(movements))
    return found


def _row(stored: PostedTransaction, account: AccountRow, declarations: Declarations | None) -> tuple[ExportedTransaction, Movement | None]:
    """A row alone, and what others are looked at beside it; None where no meaning is shown."""
    whole, day = documents.read(stored.document), day_of_number(stored.post_day)
    row = ExportedTransaction(
        stored.id, day, whole.description, whole.reference, whole.class_, stored.amount, whole.balance_cents, UNKNOWN, is_transfer=False
    )
    if declarations is None:
        return row, None
    kind, is_credit = account.account_class, stored.amount > 0
    declared = declarations.of(stored.id, row.text, row.cents, kind, stored.post_day, stored.document)
    meaning = meaning_of(row.text, is_credit, kind, declared)
    movement = Movement(stored.id, account.id, kind, day, row.cents, row.text, meaning)
    return msgspec.structs.replace(row, category=meaning.leaf or UNKNOWN), movement


def _context(movements: Sequence[Movement]) -> Iterator[tuple[str, _InContext]]:
    for found in in_context(movements, date.max):
        if found.pair or found.enrichment.leaf != found.movement.enrichment.leaf:
            yield found.movement.id, _InContext(found.enrichment.leaf or UNKNOWN, bool(found.pair))


def _read(spool: Spool, blocks: range, context: dict[str, _InContext]) -> Iterator[ExportedTransaction]:
    for block in spool.blocks(blocks):
        for row in _ready(block):
            beside = context.get(row.id)
            yield row if beside is None else msgspec.structs.replace(row, category=beside.leaf, is_transfer=beside.is_transfer)
