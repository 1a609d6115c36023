"""The baseline's rows as its models of the answer."""

from __future__ import annotations

from datetime import date
from typing import Any

from bench import baseline_models as models
from bench import baseline_shapes as shapes
from bench.people import PUBLIC_URL as BASE


def money(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def transaction(row: models.Transaction) -> shapes.Transaction:
    user = f"{BASE}/users/{row.user_id}"
    given: dict[str, Any] = {} if row.balance is None else {"balance": money(row.balance)}
    if row.balance is None and row.status == "pending":
        given = {"balance": ""}
    named = {"code": row.sub_class_code, "title": row.sub_class_title} if row.sub_class_code else {}
    return shapes.Transaction(
        type="transaction",
        id=row.id,
        status=row.status,  # type: ignore[arg-type]
        description=row.description,
        reference=row.reference,
        amount=money(row.amount),
        currency=row.currency,
        account=row.account_id,
        direction=row.direction,  # type: ignore[arg-type]
        class_=row.transaction_class,  # type: ignore[call-arg]
        institution=row.account.institution_id,
        connection=row.account.connection_id,
        transaction_date=midnight(row.transaction_date) if row.transaction_date else "",
        post_date=midnight(row.post_date) if row.post_date else None,
        sub_class=shapes.SubClass(**named),
        enrich=shapes.Enrich(clean_description="", tags=[], merchant=None, location=None, category=None),
        links=shapes.TransactionLinks(
            self=f"{user}/transactions/{row.id}",
            account=f"{user}/accounts/{row.account_id}",
            institution=f"{BASE}/institutions/{row.account.institution_id}",
            connection=None,
        ),
        **given,
    )


def user(row: models.User) -> shapes.User:
    url = f"{BASE}/users/{row.id}"
    return shapes.User(
        type="user",
        id=row.id,
        email=row.email,
        mobile=row.mobile,
        name=" ".join(part for part in (row.first_name, row.middle_name, row.last_name) if part),
        first_name=row.first_name,
        middle_name=row.middle_name,
        last_name=row.last_name,
        connections=references("connection", f"{url}/connections", [each.id for each in row.connections]),
        accounts=references("account", f"{url}/accounts", [each.id for each in row.accounts]),
        links=shapes.UserLinks(
            self=url,
            accounts=f"{url}/accounts",
            connections=f"{url}/connections",
            transactions=f"{url}/transactions",
            auth_link=f"{url}/auth_link",
        ),
    )


def references(kind: str, url: str, ids: list[str]) -> shapes.References:
    data = [shapes.Reference(type=kind, id=each, links=shapes.SelfLink(self=f"{url}/{each}")) for each in ids]
    return shapes.References(type="list", count=len(ids), data=data, links=shapes.SelfLink(self=url))


def account(row: models.Account) -> shapes.Account:
    url = f"{BASE}/users/{row.user_id}"
    return shapes.Account(
        type="account",
        id=row.id,
        name=row.name,
        account_holder=row.account_holder,
        account_no=row.account_no,
        account_ownership=row.ownership,
        available_funds=money(row.available_funds),
        balance=money(row.balance),
        bsb=row.bsb,
        class_=shapes.AccountClass(type=row.account_class, product=row.product),  # type: ignore[call-arg]
        connection=row.connection_id,
        credit_limit=None,
        currency=row.currency,
        institution=row.institution_id,
        is_owned=row.is_owned,
        last_updated=f"{row.last_updated.isoformat()}Z",
        status="available",
        transaction_intervals=[shapes.Interval.model_validate({"from": row.first_day.isoformat(), "to": row.last_day.isoformat()})],
        links=shapes.AccountLinks(
            self=f"{url}/accounts/{row.id}",
            transactions=f"{url}/transactions?filter=account.id.eq('{row.id}')",
            institution=f"{BASE}/institutions/{row.institution_id}",
            connection=f"{url}/connections/{row.connection_id}",
        ),
    )


def job(row: models.Job) -> shapes.Job:
    institution = shapes.SelfLink(self=f"{BASE}/institutions/{row.institution_id}")
    results = [shapes.StepResult(type="link", url=step.result_url) if step.result_url else None for step in row.steps]
    return shapes.Job(
        type="job",
        id=row.id,
        created=f"{row.created.isoformat()}Z",
        updated=f"{row.updated.isoformat()}Z",
        job_type="connection",
        institution=shapes.Reference(type="institution", id=row.institution_id, links=institution),
        steps=[
            shapes.Step(title=step.title, status=step.status, result=result)  # type: ignore[arg-type]
            for step, result in zip(row.steps, results, strict=True)
        ],
        links=shapes.JobLinks(self=f"{BASE}/jobs/{row.id}", source=f"{BASE}/users/{row.user_id}/connections/{row.connection_id}"),
    )
