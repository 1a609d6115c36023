"""The kit's faults in the middle of a listing of Akahu, Starling and Basiq, through the whole server: each ends in the catalogue's code,
and nothing that was there is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from bowerbird.sdk.replayed_bank import UPSTREAM_FAULTS, UpstreamFault
from tests.banks.leaf_world import AkahuServer, BasiqServer, LeafServer, LeafWorld, Presets, StarlingServer
from tests.banks.test_leaf_years import Kept, connected, posted, served, shown
from tests.banks.test_up import refresh, succeeded
from tests.banks.upstream import Answer, Asked
from tests.serving import NOON, Application, failure_of, until

LATER: Mapping[type[LeafServer], str] = {AkahuServer: "cursor=", StarlingServer: "/feed/account/acc-2/", BasiqServer: "next="}
"""What only the path of a later page has: Starling answers an account at once, so that there it is the second account's."""
ACTION, UNAVAILABLE = "account-not-accessible-requires-user-action", "service-unavailable"
CODES = {
    **dict.fromkeys(("400", "405", "409", "418", "422"), "unknown-error"),
    "401": "invalid-credentials",
    **dict.fromkeys(("402", "403"), ACTION),
    **dict.fromkeys(("404", "410"), ""),  # that account alone cannot be read
    **dict.fromkeys(("408", "500", "501", "502", "503", "504", "520"), UNAVAILABLE),
    "503 retry-after: 120": "maintenance-error",
}
"""The name of a fault → the code that a job ends with, empty where it succeeds; of the faults that are not here unknown-error."""
CODES_OF_BASIQ = {**CODES, **dict.fromkeys(("401", "402", "403", "404", "410"), UNAVAILABLE)}
"""There a token that is over is replaced at the next refresh, and a listing is of the user."""
FAULTS = [fault for fault in UPSTREAM_FAULTS if fault.raised is None]
WAITS_S = {"429": 3600, "429 retry-after: 7": 7, "429 retry-after: soon": 3600}


def in_the_middle(bank: LeafServer, fault: UpstreamFault) -> Callable[[int, Asked], Answer | None]:
    """Each later page meets the fault."""

    def refuse(_nth: int, asked: Asked) -> Answer | None:
        if LATER[type(bank)] not in asked.path:
            return None
        if fault.response is None:
            return Answer(200, bank.answer(asked).body[: fault.kept_bytes] or b" ")
        return Answer(fault.response.status, fault.response.body, dict(fault.response.headers))

    return refuse


def calm(_nth: int, _asked: Asked) -> None:
    """Nothing goes wrong."""


def code_of(job: dict[str, Any]) -> str:
    """What a job ended with, empty for a success."""
    return "" if succeeded(job) else failure_of(job)[1]


def read_again(app: Application, user: str, bank: LeafServer) -> dict[str, Any]:
    """The job of the same credentials given anew, which a connection that has become invalid needs."""
    connection = app.get(f"/users/{user}/connections").json()["data"][0]["id"]
    answer = app.post(f"/users/{user}/connections/{connection}", json={"password": bank.password})
    return app.settled(answer.json()["id"])


@pytest.mark.parametrize("leaf", LATER, ids=lambda leaf: leaf.folder)
def test_a_fault_in_the_middle_of_a_listing_loses_nothing(tmp_path: Path, leaf: type[LeafServer], tell: Callable[[object], None]) -> None:
    world, kept, bank_codes = LeafWorld(5, NOON, Presets()), Kept(), CODES_OF_BASIQ if leaf is BasiqServer else CODES
    bank = leaf(world)
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user = connected(app, bank)
        tried = [fault for fault in FAULTS if not fault.name.startswith("429")]
        for fault in tried:
            world.day(serving.clock.now())
            bank.fault = in_the_middle(bank, fault)
            found = code_of(refresh(serving, app, user))
            wanted = bank_codes.get(fault.name, "unknown-error")
            assert (found, kept.check(shown(app, user))) == (wanted, 0), fault.name
            bank.fault = calm
            assert succeeded(read_again(app, user, bank)), fault.name
            rows = shown(app, user)
            assert (kept.check(rows), posted(rows)) == (0, world.posted()), fault.name
    tell(f"{leaf.folder}: {len(tried)} faults, each with its code, {len(kept.ids)} posted rows, none lost")


@pytest.mark.parametrize("leaf", LATER, ids=lambda leaf: leaf.folder)
def test_a_bank_that_wants_a_pause_gets_it_and_goes_on_where_it_was(tmp_path: Path, leaf: type[LeafServer]) -> None:
    world = LeafWorld(6, NOON, Presets())
    bank = leaf(world)
    with served(tmp_path, bank) as serving:
        app = serving.application()
        for name, wait_s in WAITS_S.items():
            fault = next(each for each in FAULTS if each.name == name)
            bank.fault = in_the_middle(bank, fault)
            user, asked_before = app.new_user(), len(bank.asked)
            job = app.connect(user, bank.login, bank.password, bank.institution)
            until(lambda seen=asked_before: any(LATER[leaf] in each.path for each in bank.asked[seen:]), "the refusal")  # type: ignore[misc]
            serving.idle()
            asked, bank.fault = len(bank.asked), calm
            serving.advance(seconds=wait_s - 1)
            serving.idle()
            assert len(bank.asked) == asked, name
            serving.advance(seconds=2)
            app.forget_tokens()
            assert succeeded(app.settled(job)), name
            assert posted(shown(app, user)) == world.posted(), name
