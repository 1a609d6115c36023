"""The program under test: how much of a person's money went out in a month. It knows the protocol, and nothing of the sandbox."""

from __future__ import annotations

from decimal import Decimal

import httpx2  # any HTTP client will do


class BankAway(Exception):
    """The service could not be asked; try again later."""


def spent(url: str, key: str, user_id: str, month: str) -> Decimal:
    """The sum of all posted debits of a month such as "2026-02"."""
    with httpx2.Client(base_url=url) as http:
        token = http.post("/token", headers={"Authorization": f"Basic {key}", "basiq-version": "3.0"}).raise_for_status().json()
        http.headers["Authorization"] = f"Bearer {token['access_token']}"
        total, path = Decimal(0), f"/users/{user_id}/transactions?filter=transaction.direction.eq('debit'),transaction.status.eq('posted')"
        while path:
            answer = http.get(path)
            if answer.status_code == 503:
                raise BankAway(answer.json()["data"][0]["detail"])
            page = answer.raise_for_status().json()
            total += sum((Decimal(each["amount"]) for each in page["data"] if each["postDate"].startswith(month)), Decimal(0))
            path = page["links"].get("next")
        return -total
