"""What a budgeting app is given opens once, reads what its person shares, and ends with their consent or when it is revoked."""

from __future__ import annotations

import base64
import json
from urllib.parse import urlsplit

from bowerbird.domain.consents.consents import give_consent
from bowerbird.domain.consents.policies import set_policy
from bowerbird.domain.feeds.feeds import SIMPLEFIN_ROOT, create_feed, delete_feed
from bowerbird.model.consent import ACCOUNT_BASIC, TRANSACTION_DETAIL
from bowerbird.model.reading import PendingRows
from bowerbird.verify.asking import Answer, ask
from bowerbird.verify.life import connect
from bowerbird.verify.personal_data import POLICY
from bowerbird.verify.report import expect
from bowerbird.verify.served import EMAIL, Served


def check_feeds(served: Served) -> str:
    """A person with two feeds: one is revoked, then their consent ends."""
    bank = served.ours
    user = bank.create_user(email=EMAIL).id
    served.services.write_now(set_policy, POLICY, tenant=served.copy.ours.application_id)
    served.services.write_now(give_consent, (ACCOUNT_BASIC, TRANSACTION_DETAIL), tenant=served.tenant(user))
    bank.wait_for_job(connect(bank, user))
    kept, revoked = _claimed(served, user), _claimed(served, user)
    accounts = json.loads(_read(served, kept).body)["accounts"]
    rows = sum(len(account["transactions"]) for account in accounts)
    expect(rows > 0, "a feed does not show what its person shares")
    expect(_read(served, kept.replace("@", "x@")).status == 403, "a feed opens with another password")
    feed_id = (urlsplit(revoked).username or "").rpartition(".")[2]
    expect(served.services.write_now(delete_feed, feed_id, tenant=served.tenant(user)), "a feed cannot be revoked")
    expect((status := _read(served, revoked).status) == 403, f"a revoked feed is answered with {status}")
    bank.delete_consent(user, bank.list_consents(user).data[0].id)
    expect((status := _read(served, kept).status) == 403, f"a feed is answered with {status} after the consent has ended")
    return f"{rows} rows of {len(accounts)} accounts by a token that opened once; 0 by one revoked and after the consent ended"


def _claimed(served: Served, user_id: str) -> str:
    """The access URL of a new feed, whose setup token opens once."""
    key = served.services.write_now(create_feed, "Verify", PendingRows.POSTED, tenant=served.tenant(user_id))
    path = f"{SIMPLEFIN_ROOT}/claim/{key.code}"
    first, again = (ask(served.server.url, "POST", path, {"Content-Length": "0"}) for _ in range(2))
    expect((first.status, again.status) == (200, 403), f"a setup token is answered with {first.status}, and again with {again.status}")
    return first.body.decode()


def _read(served: Served, access: str) -> Answer:
    """What a program gets at an access URL."""
    parts = urlsplit(access)
    words = base64.b64encode(f"{parts.username}:{parts.password}".encode()).decode()
    return ask(served.server.url, "GET", f"{SIMPLEFIN_ROOT}/accounts", {"Authorization": f"Basic {words}"})
