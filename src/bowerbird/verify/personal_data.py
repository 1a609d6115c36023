"""People's data: what they agreed to, what they deleted, and what is never stored or written down."""

from __future__ import annotations

import base64
import json
import re
from datetime import date, timedelta
from urllib.parse import urlsplit

from bowerbird.client import ApiError, Bowerbird
from bowerbird.domain.consents.consents import give_consent
from bowerbird.domain.consents.policies import set_policy
from bowerbird.domain.consents.receipts import receipts_of_deleted
from bowerbird.domain.feeds.feeds import SIMPLEFIN_ROOT, create_feed, delete_feed
from bowerbird.domain.users.users import details_context
from bowerbird.model.consent import ACCOUNT_BASIC, SCOPES, TRANSACTION_DETAIL, AskedScope, Policy
from bowerbird.model.reading import PendingRows
from bowerbird.storage.database.unit_of_work import UnitOfWork
from bowerbird.storage.rows.users import find_user
from bowerbird.storage.vault.envelope import VaultError
from bowerbird.storage.vault.key_rows import Owner, find_key
from bowerbird.verify.asking import Answer, ask, ask_with_token
from bowerbird.verify.life import PASSWORD, belongings, connect, rows_of, statement_csv, upload
from bowerbird.verify.report import BrokenPromise, expect
from bowerbird.verify.served import EMAIL, Served

_CARD = "4111111111111111"
_POLICY = Policy(
    title="Verify",
    description="To see that what was refused is not read",
    scopes=tuple(AskedScope(scope=scope, title=scope, description=scope, required=False) for scope in SCOPES),
)
_NUMBER = re.compile(r"\d{6,}")


def check_consent(served: Served) -> str:
    """A person who refused their account numbers, and who then ends their consent."""
    bank = served.ours
    user = bank.create_user(email=EMAIL).id
    served.services.write_now(set_policy, _POLICY, tenant=served.copy.ours.application_id)
    served.services.write_now(give_consent, (ACCOUNT_BASIC, TRANSACTION_DETAIL), tenant=served.tenant(user))
    bank.wait_for_job(connect(bank, user))
    accounts, rows = bank.list_accounts(user).data, rows_of(bank, user)
    expect(bool(accounts) and rows.total() > 0, "what a person agreed to is not read")
    shown = [each.account_no for each in accounts if _NUMBER.search(each.account_no or "")]
    expect(not shown, f"{len(shown)} account numbers are shown that a person did not agree to share")
    bank.delete_consent(user, bank.list_consents(user).data[0].id)
    seen = len(_read(bank, user))
    expect(seen == 0, f"{seen} accounts and transactions are shown after the consent has ended")
    try:
        connect(bank, user)
    except ApiError as error:
        expect(error.status == 403, f"a bank is refused with {error.status} after the consent has ended")
    else:
        raise BrokenPromise("a bank is read after the consent has ended")
    return f"{len(accounts)} accounts without their numbers; after the consent ended: 0 of {rows.total()} transactions shown, no bank read"


def _read(bank: Bowerbird, user_id: str) -> list[object]:
    """What is still shown of a user; a refusal shows nothing."""
    seen: list[object] = []
    for show in (bank.list_accounts, bank.list_transactions):
        try:
            seen += show(user_id).data
        except ApiError as error:
            expect(error.status in (403, 404), f"after a consent has ended a list is answered with {error.status}")
    return seen


def check_deletion(served: Served) -> str:
    """A user is deleted: the key is gone, a copy of what was sealed does not open, and nothing is found."""
    bank = served.ours
    found = belongings(bank)
    tenant = served.tenant(found.user_id)
    services = served.services
    row = services.storage.read_now(lambda uow: find_user(uow, *tenant), tenant=tenant.application_id)
    if row is None:
        raise BrokenPromise("a user is not where users lie")
    bank.delete_user(found.user_id)

    def look(uow: UnitOfWork) -> None:
        expect(find_key(uow, Owner(*tenant)) is None, "the key of a deleted user is kept")
        expect(find_user(uow, *tenant) is None, "a deleted user is kept")
        try:
            services.vault.open(uow, row.details, details_context(tenant))
        except VaultError:
            return
        raise BrokenPromise("what was sealed for a deleted user still opens")

    services.storage.read_now(look, tenant=tenant.application_id)
    expect(not _read(bank, found.user_id), "accounts or transactions of a deleted user are shown")
    receipts = services.read_now(receipts_of_deleted, found.user_id, tenant=tenant.application_id)
    expect(len(receipts) == 1 and receipts[0].transactions > 0, "the deletion of a user has no receipt")
    expect(receipts[0].user_id != found.user_id, "the receipt of a deletion names the user")
    return "key destroyed, sealed copy closed, rows gone, a receipt without a name"


def check_cards(served: Served) -> str:
    """A statement names a whole card number, in three spellings: it is shown and stored cut."""
    bank = served.ours
    user = bank.create_user(email=EMAIL).id
    spelled = (_CARD, f"{_CARD[:4]} {_CARD[4:8]} {_CARD[8:12]} {_CARD[12:]}", f"{_CARD[:4]}-{_CARD[4:8]}-{_CARD[8:12]}-{_CARD[12:]}")
    first = date(2025, 3, 1)
    rows = {number: (first + timedelta(days=number), f"PAID BY {text}", 100) for number, text in enumerate(spelled)}
    bank.wait_for_job(upload(bank, user, statement_csv("cards", 0, rows, first + timedelta(days=9))))
    shown = [description for _, _, description in rows_of(bank, user)]
    expect(len(shown) == len(spelled), f"{len(spelled)} rows were uploaded, {len(shown)} are there")
    whole = [text for text in shown if _CARD in text.replace(" ", "").replace("-", "")]
    expect(not whole, f"{len(whole)} of {len(shown)} descriptions show a whole card number")
    lie = served.copy.where_it_lies(*spelled)
    expect(not lie, f"a whole card number lies in {', '.join(lie)}")
    return f"{len(spelled)} spellings of a card number: 0 shown, 0 stored"


def check_logs(served: Served) -> str:
    """What the server printed and counted while all other checks asked it."""
    token, secret = served.token(), served.copy.ours.secret
    ask_with_token(served.server.url, "GET", "/users", token)
    log = served.server.log.read_bytes()
    metrics = ask(served.server.url, "GET", "/metrics", {"Authorization": f"Bearer {token}"}).body
    secrets = {"a password": PASSWORD, "an e-mail address": EMAIL, "an API key": secret, "a token": token, "a card number": _CARD}
    expect(len(log) > 0, "the server logs nothing")
    for what, text in secrets.items():
        expect(text.encode() not in log, f"{what} stands in the log")
        expect(text.encode() not in metrics, f"{what} stands in the metrics")
    return f"{len(secrets)} kinds of secrets in {len(log.splitlines())} lines of the log and in the metrics: 0 seen"


def check_feeds(served: Served) -> str:
    """A person with two feeds: one is revoked, then their consent ends."""
    bank = served.ours
    user = bank.create_user(email=EMAIL).id
    served.services.write_now(set_policy, _POLICY, tenant=served.copy.ours.application_id)
    served.services.write_now(give_consent, (ACCOUNT_BASIC, TRANSACTION_DETAIL), tenant=served.tenant(user))
    bank.wait_for_job(connect(bank, user))
    kept, revoked = _claimed_feed(served, user), _claimed_feed(served, user)
    accounts = json.loads(_read_feed(served, kept).body)["accounts"]
    rows = sum(len(account["transactions"]) for account in accounts)
    expect(rows > 0, "a feed does not show what its person shares")
    expect(_read_feed(served, kept.replace("@", "x@")).status == 403, "a feed opens with another password")
    feed_id = (urlsplit(revoked).username or "").rpartition(".")[2]
    expect(served.services.write_now(delete_feed, feed_id, tenant=served.tenant(user)), "a feed cannot be revoked")
    expect((status := _read_feed(served, revoked).status) == 403, f"a revoked feed is answered with {status}")
    bank.delete_consent(user, bank.list_consents(user).data[0].id)
    expect((status := _read_feed(served, kept).status) == 403, f"a feed is answered with {status} after the consent has ended")
    return f"{rows} rows of {len(accounts)} accounts by a token that opened once; 0 by one revoked and after the consent ended"


def _claimed_feed(served: Served, user_id: str) -> str:
    """The access URL of a new feed, whose setup token opens once."""
    key = served.services.write_now(create_feed, "Verify", PendingRows.POSTED, tenant=served.tenant(user_id))
    path = f"{SIMPLEFIN_ROOT}/claim/{key.code}"
    first, again = (ask(served.server.url, "POST", path, {"Content-Length": "0"}) for _ in range(2))
    expect((first.status, again.status) == (200, 403), f"a setup token is answered with {first.status}, and again with {again.status}")
    return first.body.decode()


def _read_feed(served: Served, access: str) -> Answer:
    """What a program gets at an access URL."""
    parts = urlsplit(access)
    words = base64.b64encode(f"{parts.username}:{parts.password}".encode()).decode()
    return ask(served.server.url, "GET", f"{SIMPLEFIN_ROOT}/accounts", {"Authorization": f"Basic {words}"})
