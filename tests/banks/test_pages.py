"""A listing that comes in pages: bounds over all accounts, no whole card number, and what is kept on the way ends with its consent."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pytest

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections import feed_pages
from bowerbird.domain.connections.feed_pages import KeptPage
from bowerbird.domain.services import Session
from bowerbird.model.transaction import BankTransaction
from bowerbird.plugins.guard import Guard
from bowerbird.sdk.bounds import MAX_TEXT
from bowerbird.sdk.connector import ConnectorContext
from bowerbird.sdk.failures import NotUnderstood
from bowerbird.sdk.pages import TransactionsPage, read_pages
from bowerbird.storage.rows.banks.pages import delete_pages_of_user, pages_of_job
from tests.banks.test_up import INSTITUTION, connected, moved, served, succeeded
from tests.banks.up_bank import TOKEN, Movement, UpAccount, UpBank
from tests.banks.upstream import Answer, Asked
from tests.faults.scripted_bank import EVERYDAY, ScriptedBank
from tests.serving import NOON, Application, Serving, failure_of, until

CARD = "4111111111111111"


class _Counted(BankTransaction, frozen=True):
    """A row that counts how often one is compared."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        _Counted.compared += 1
        return isinstance(other, _Counted) and self.amount == other.amount

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.amount)


def _read(*pages: list[BankTransaction]) -> list[BankTransaction]:
    words = {None if place == 0 else str(place): page for place, page in enumerate(pages)}
    last = len(pages) - 1
    return read_pages(lambda word: TransactionsPage(words[word], None if int(word or 0) == last else str(int(word or 0) + 1)))


def test_spans_without_a_row_are_no_circle() -> None:
    """An account that was quiet for years, read by a bank that gives out a span of days a page."""
    new, old = BankTransaction(1, "NEW", None, upstream_id="2"), BankTransaction(1, "OLD", None, upstream_id="1")
    assert _read([new], *([] for _ in range(30)), [old]) == [new, old]
    with pytest.raises(NotUnderstood, match="nothing new"):
        _read([new], [new], [], [new], [], [new], [old])
    with pytest.raises(NotUnderstood, match="nothing new"):
        _read(*([] for _ in range(200)))


def test_pages_of_rows_that_are_alike_are_joined_in_linear_time() -> None:
    """As a bank sends them that wants to keep the server busy: nearly every overlap fits."""
    count = 1_000
    ends: list[BankTransaction] = [_Counted(1, "", None, balance=1) for _ in range(2 * count)]
    begins: list[BankTransaction] = [_Counted(1 + (nth == count), "", None, balance=1) for nth in range(2 * count)]
    _Counted.compared = 0
    assert len(_read(ends, begins)) == 3 * count
    assert _Counted.compared < 20 * count


def test_the_longest_overlap_is_left_out_unless_nothing_tells_rows_apart() -> None:
    chance = random.Random(5)
    for _ in range(2_000):
        ends, begins = ([_row(chance) for _ in range(chance.randrange(7))] for _ in range(2))
        lengths = range(min(len(ends), len(begins)), 0, -1)
        fitting = (length for length in lengths if ends[-length:] == begins[:length] and any(row.balance for row in begins[:length]))
        assert _read(ends, begins) == ends + begins[next(fitting, 0) :], (ends, begins)


def _row(chance: random.Random) -> BankTransaction:
    return BankTransaction(chance.randrange(1, 3), "", None, balance=chance.choice((None, None, 5)))


def test_last_pages_count_and_all_accounts_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bank = UpBank(UpAccount("one", movements=moved(60)), UpAccount("two", "Other", movements=[]))
    monkeypatch.setattr(feed_pages, "MAX_TRANSACTIONS", 100)
    with served(tmp_path, bank) as serving:
        app = serving.application()
        assert succeeded(connected(app)[1])
        bank.accounts[1].movements = [replace(each, id=f"o{each.id}") for each in moved(60)]
        user, job = connected(app)
        assert failure_of(job)[:2] == ("retrieve-transactions", "unknown-error")
        assert app.transactions(user) == []


@pytest.mark.parametrize("field", ["name", "holder", "product", "upstream_id", "masked_number"])
def test_an_account_with_a_text_without_end_is_refused(field: str) -> None:
    longest, longer = (replace(EVERYDAY, **{field: "x" * length}) for length in (MAX_TEXT, MAX_TEXT + 1))  # type: ignore[arg-type]
    context = ConnectorContext(NOON, 0, 0)
    with ThreadPoolExecutor(1) as pool:
        guard = Guard(pool, 5)
        assert guard.accounts(ScriptedBank(account=longest), "", context)[1]
        with pytest.raises(NotUnderstood):
            guard.accounts(ScriptedBank(account=longer), "", context)


@pytest.mark.parametrize("changes", [{"reference": "x" * 1001}, {"upstream_id": "x" * 1001}, {"bpay": ("1", "x" * 1001, "2")}])
def test_a_transaction_with_a_text_without_end_is_refused(changes: dict[str, str]) -> None:
    row = msgspec.structs.replace(BankTransaction(-450, "COFFEE", date(2026, 3, 1)), **changes)
    with ThreadPoolExecutor(1) as pool, pytest.raises(NotUnderstood):
        Guard(pool, 5).transactions(ScriptedBank([row]), "", EVERYDAY, None, ConnectorContext(NOON, 0, 0))


def test_no_whole_card_number_is_kept_on_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[KeptPage] = []
    keep = feed_pages.keep_page

    def note(session: Session, job_id: str, position: int, page: KeptPage) -> None:
        kept.append(page)
        keep(session, job_id, position, page)

    monkeypatch.setattr(feed_pages, "keep_page", note)
    bank = UpBank(UpAccount("one", movements=[*moved(60), Movement("card", f"PAID {CARD}", -1, NOON, NOON)]), page_size=50)
    with served(tmp_path, bank) as serving:
        assert succeeded(connected(serving.application())[1])
    described = [row.description for page in kept for row in page.rows]
    assert any("PAID" in each.upper() for each in described)
    assert not any(CARD in each for each in described)


def test_pages_deleted_in_the_middle_leave_the_job_able_to_go_on(tmp_path: Path) -> None:
    """As when a person agrees to less while the bank is read: what is kept after that keeps its place when the job is taken up again."""
    bank = UpBank(UpAccount("one", movements=moved(250)), page_size=50)
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user = app.new_user()

        def fault(_nth: int, asked: Asked) -> Answer | None:
            if "after%5D=100" in asked.path:
                serving.services.write_from_thread(lambda s: delete_pages_of_user(s.uow, app.id, user), tenant=Tenant(app.id, user))
            return Answer(429, b"{}", {"retry-after": "600"}) if "after%5D=200" in asked.path else None

        bank.fault = fault
        job = app.connect(user, "mine", TOKEN, INSTITUTION)
        until(lambda: any("after%5D=200" in path for path in bank.pages_asked()), "the refusal")
        serving.idle()
        bank.fault = lambda _nth, _asked: None
        serving.advance(seconds=601)
        app.forget_tokens()
        assert succeeded(app.settled(job))
        assert len(app.transactions(user)) == 250


def test_a_purge_deletes_what_was_kept_on_the_way(tmp_path: Path) -> None:
    """A refresh that waits for its bank goes on after a purge and reads the whole listing again."""
    bank = UpBank(UpAccount("one", movements=moved(120)), page_size=50)
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user, job = connected(app)
        assert succeeded(job)
        connection = app.get(f"/users/{user}/connections").json()["data"][0]["id"]
        bank.fault = lambda _nth, asked: Answer(429, b"{}", {"retry-after": "600"}) if "after" in asked.path else None
        serving.advance(hours=7)
        app.forget_tokens()
        waiting = app.post(f"/users/{user}/connections/{connection}/refresh").json()["id"]
        until(lambda: kept_pages(serving, app, waiting) > 0, "a page to be kept")
        serving.idle()
        assert app.post(f"/users/{user}/connections/{connection}/purge").status_code < 300
        assert kept_pages(serving, app, waiting) == 0


def kept_pages(serving: Serving, app: Application, job: str) -> int:
    return len(serving.services.read_now(lambda session: pages_of_job(session.uow, app.id, job), tenant=app.id))
