"""Fills the baseline's database with what our server answers, so that both hold the same people."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

from joserfc import jwt
from sqlalchemy.orm import Session

from bench import baseline_models as models
from bench.baseline_fastapi import SECRET
from bench.people import PUBLIC_URL, Person, Town
from bench.processes import Server


def baseline_token(application_id: str) -> str:
    claims: dict[str, Any] = {"applicationid": application_id, "exp": int((datetime.now(UTC) + timedelta(days=1)).timestamp())}
    return jwt.encode({"alg": "HS256"}, claims, SECRET)


def copy_town(town: Town, ours: Server, folder: Path) -> str:
    """Copy everybody over; a token of the baseline."""
    engine = models.open_engine(folder)
    models.Model.metadata.create_all(engine)
    with Session(engine) as session:
        for person in town.people:
            session.add_all(_person(person, ours))
            session.commit()
    engine.dispose()
    return baseline_token(town.people[0].tenant.application_id)


def _read(ours: Server, path: str) -> Any:
    return json.loads(ours.get(path))


def _person(person: Person, ours: Server) -> list[models.Model]:
    application_id, user_id = person.tenant
    user = _read(ours, f"/users/{user_id}")
    names = {"first_name": user["firstName"], "middle_name": user["middleName"], "last_name": user["lastName"]}
    accounts = [_account(user_id, _read(ours, f"/users/{user_id}/accounts/{each}")) for each in person.account_ids]
    rows: list[models.Model] = [
        models.User(id=user_id, application_id=application_id, email=user["email"], mobile=user["mobile"], **names),
        *(models.Connection(id=each["id"], user_id=user_id) for each in user["connections"]["data"]),
        *accounts,
        *(_transaction(user_id, each) for each in chain.from_iterable(_pages(user_id, ours))),
        _job(user_id, accounts[0].connection_id, _read(ours, f"/jobs/{person.job_id}")),
    ]
    return rows


def _pages(user_id: str, ours: Server) -> Any:
    path = f"/users/{user_id}/transactions"
    while path:
        page = _read(ours, path)
        yield page["data"]
        path = page["links"].get("next", "").removeprefix(PUBLIC_URL)


def _cents(text: str) -> int:
    return int(text.replace(".", ""))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)


def _account(user_id: str, said: dict[str, Any]) -> models.Account:
    interval = said["transactionIntervals"][0]
    return models.Account(
        id=said["id"],
        user_id=user_id,
        connection_id=said["connection"],
        institution_id=said["institution"],
        name=said["name"],
        account_holder=said["accountHolder"],
        account_no=said["accountNo"],
        ownership=said["accountOwnership"],
        balance=_cents(said["balance"]),
        available_funds=_cents(said["availableFunds"]),
        bsb=said["bsb"],
        account_class=said["class"]["type"],
        product=said["class"]["product"],
        currency=said["currency"],
        is_owned=said["isOwned"],
        last_updated=_moment(said["lastUpdated"]),
        first_day=date.fromisoformat(interval["from"]),
        last_day=date.fromisoformat(interval["to"]),
    )


def _transaction(user_id: str, said: dict[str, Any]) -> models.Transaction:
    return models.Transaction(
        id=said["id"],
        user_id=user_id,
        account_id=said["account"],
        status=said["status"],
        direction=said["direction"],
        transaction_class=said["class"],
        description=said["description"],
        reference=said["reference"],
        amount=_cents(said["amount"]),
        currency=said["currency"],
        balance=_cents(said["balance"]) if said.get("balance") else None,
        post_date=_day(said["postDate"]),
        transaction_date=_day(said["transactionDate"]),
        sub_class_code=said["subClass"].get("code"),
        sub_class_title=said["subClass"].get("title"),
    )


def _job(user_id: str, connection_id: str, said: dict[str, Any]) -> models.Job:
    steps = [
        models.JobStep(position=position, title=step["title"], status=step["status"], result_url=(step["result"] or {}).get("url"))
        for position, step in enumerate(said["steps"])
    ]
    moments = {"created": _moment(said["created"]), "updated": _moment(said["updated"])}
    institution_id = said["institution"]["id"]
    return models.Job(id=said["id"], user_id=user_id, connection_id=connection_id, institution_id=institution_id, steps=steps, **moments)
