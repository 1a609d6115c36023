"""The suite as a whole: what SECURITY.md promises, and the check that proves each promise."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bowerbird.settings import Settings
from bowerbird.verify.access import check_keys, check_pages, check_scopes, check_tokens
from bowerbird.verify.crash_recovery import check_crash_recovery
from bowerbird.verify.files_read import check_proof, check_readers
from bowerbird.verify.limits import check_limits, check_strangers
from bowerbird.verify.machine import check_files, check_real_data
from bowerbird.verify.operators import check_audit, check_roles, check_second_step
from bowerbird.verify.outgoing import check_addresses, check_webhooks
from bowerbird.verify.own_data import check_own_data
from bowerbird.verify.personal_data import check_cards, check_consent, check_deletion, check_feeds, check_logs
from bowerbird.verify.records import check_restore, check_sealed_values
from bowerbird.verify.report import Check, check
from bowerbird.verify.served import Served, served
from bowerbird.verify.setup import SetUp, copy_set_up
from bowerbird.verify.shared import shared_set_up
from bowerbird.verify.tenant_isolation import check_own_users, check_tenant_isolation


class Promise(NamedTuple):
    """A promise by the id that SECURITY.md gives it, in plain words."""

    id: str
    words: str


KILL = Promise("kill", "the server is killed at random moments: nothing promised is lost or doubled")

ASKED: dict[Promise, Callable[[Served], str]] = {
    Promise("tokens", "a token that is forged, unsigned, expired, altered or of another server opens nothing"): check_tokens,
    Promise("scopes", "the token of a user's browser opens what is theirs, and nothing of the server's"): check_scopes,
    Promise("keys", "a wrong or revoked API key opens nothing, and none is stored as it is sent"): check_keys,
    Promise("isolation", "another application's ids are answered like unknown ids, and nothing changes"): check_tenant_isolation,
    Promise("users", "what belongs to one user is not found under another"): check_own_users,
    Promise("pages", "no page of operators or of people opens without signing in"): check_pages,
    Promise("roles", "an operator does what their role allows, and nothing else"): check_roles,
    Promise("second-step", "a password alone opens no account that has an authenticator, and a code works once"): check_second_step,
    Promise("audit", "what operators do is recorded, and no entry can be changed or deleted"): check_audit,
    Promise("consent", "what a person did not agree to, or no longer agrees to, is not read"): check_consent,
    Promise(
        "feeds", "what a budgeting app is given opens once, and reads nothing once it is revoked or the consent has ended"
    ): check_feeds,
    Promise("own-data", "what is stored of a person opens by a code sent to them, and by nothing of their application's"): check_own_data,
    Promise("deletion", "a deleted user's key is destroyed, and what it sealed opens no more"): check_deletion,
    Promise("cards", "a card number is cut before it is stored"): check_cards,
    Promise("proof", "a statement that does not add up is refused whole"): check_proof,
    Promise("readers", "each file is read in a process of its own, which can do nothing else, or none is read"): check_readers,
    Promise("addresses", "no webhook reaches this machine or its network"): check_addresses,
    Promise("webhooks", "what is sent to a webhook is signed, and a receiver can prove it"): check_webhooks,
    Promise("files", "what a server writes is readable by its owner alone"): check_files,
    Promise("logs", "no secret and no personal detail stands in the log or in the metrics"): check_logs,
}
"""Checks that ask one server, in the order in which they ask: the log is read last."""

ALONE: dict[Promise, Callable[[SetUp], str]] = {
    Promise("limits", "too large, too often, too slow: refused in the protocol's words, others are served"): check_limits,
    Promise("strangers", "strangers use up no application's limit, and choose no address of their own"): check_strangers,
    Promise("real-data", "a sandbox's controls close for good once it holds real data"): check_real_data,
    Promise("restore", "a backup taken amid writes comes back equal, row by row; an altered one does not"): check_restore,
    Promise("vault", "a sealed value opens in its own place only; no secret lies on the disk"): check_sealed_values,
}
"""Checks that start servers of their own, as the kills do."""

PROMISES: tuple[Promise, ...] = (*ASKED, KILL, *ALONE)


def run_suite(live: Settings, kills: int, hear: Callable[[str], None], only: Collection[str] = ()) -> list[Check]:
    """Make every check, or `only` some, on a throw-away copy of `live`, which is only read. Calls `hear` with each step that is done.

    Beside a shared database that is an empty one. Raises what a copy of a database can fail with.
    """
    chosen = {promise for promise in PROMISES if not only or promise.id in only}
    with TemporaryDirectory(prefix="bowerbird-verify-") as folder, ExitStack() as stack:
        copy = stack.enter_context(shared_set_up(live, Path(folder))) if live.database_url else copy_set_up(live, Path(folder))
        hear("copied")
        found = _asked(copy, {promise: look for promise, look in ASKED.items() if promise in chosen}, hear)
        if KILL in chosen:
            found.append(check(*KILL, partial(check_crash_recovery, copy, kills, partial(hear, "killed"))))
        for promise, look in ALONE.items():
            if promise in chosen:
                found.append(check(*promise, partial(look, copy)))
                hear(promise.id)
        return found


def _asked(copy: SetUp, looks: dict[Promise, Callable[[Served], str]], hear: Callable[[str], None]) -> list[Check]:
    """Checks that ask one server. Where it does not even start, each has failed."""
    if not looks:
        return []
    found: list[Check] = []
    with ExitStack() as stack:
        try:
            server = stack.enter_context(served(copy))
        except Exception as error:  # noqa: BLE001  (a fault of any kind is what this looks for)
            why = f"the server does not serve: {error}"
            return [Check(*promise, passed=False, seen=why) for promise in looks]
        for promise, look in looks.items():
            found.append(check(*promise, partial(look, server)))
            hear(promise.id)
    return found
