"""The Consumer Data Right through the whole server, with a stateful holder that checks what it is sent."""

from __future__ import annotations

from pathlib import Path

from tests.banks.cdr_recipient import new_holder, recipient
from tests.serving import failure_of


def test_a_person_gives_access_and_the_accounts_come(tmp_path: Path) -> None:
    with recipient(tmp_path, new_holder()) as one:
        job = one.gives()
        assert [step["status"] for step in job["steps"]] == ["success"] * 3, (job, one.holder.refusals)
        accounts = one.app.get(f"/users/{one.person.user_id}/accounts").json()["data"]
        assert sorted(each["accountNo"] for each in accounts) == ["06200012345671", "06200012345672"]
        assert {(each["balance"], each["availableFunds"]) for each in accounts} == {("-29.75", "0.00")}
        rows = one.app.transactions(one.person.user_id)
        assert len(rows) == 16
        assert sorted({row["status"] for row in rows}) == ["pending", "posted"]
        ids = {row["id"] for row in rows}
        assert [step["status"] for step in one.refresh(hours=1)["steps"]] == ["success"] * 3, one.holder.refusals
        assert {row["id"] for row in one.app.transactions(one.person.user_id)} == ids
        assert one.holder.refusals == []


def test_a_person_who_refuses(tmp_path: Path) -> None:
    with recipient(tmp_path, new_holder()) as one:
        found = failure_of(one.gives(""))
        assert (found[0], found[1], found[3]) == ("verify-credentials", "authorization-failed", "access_denied")
        assert one.holder.arrangements == {}
