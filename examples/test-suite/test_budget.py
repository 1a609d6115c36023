"""Tests of the program against a sandbox: run `pytest` in this folder."""

from __future__ import annotations

from decimal import Decimal

import pytest
from budget import BankAway, spent

from bowerbird.client import JobFailed
from bowerbird.testing.sandbox import Sandbox


@pytest.fixture
def user(bowerbird: Sandbox) -> str:
    user_id = bowerbird.create_user(email="gavin@hooli.com").id
    bowerbird.connect(user_id, "gavinBelson", "hooli2016")
    return user_id


def month_of(bowerbird: Sandbox) -> str:
    return bowerbird.get_clock().now[:7]


def test_money_goes_out_as_time_goes_by(bowerbird: Sandbox, user: str) -> None:
    month = month_of(bowerbird)
    before = spent(bowerbird.url, bowerbird.key, user, month)
    bowerbird.advance(days=40)
    (job,) = bowerbird.refresh_connections(user).data
    bowerbird.wait_for_job(job.id)
    assert spent(bowerbird.url, bowerbird.key, user, month) >= before
    assert spent(bowerbird.url, bowerbird.key, user, month_of(bowerbird)) > 0


def test_each_test_begins_afresh(bowerbird: Sandbox, user: str) -> None:
    """Whatever the test before did, the clock it turned included."""
    assert len(bowerbird.list_connections(user).data) == 1


def test_a_bank_that_is_away(bowerbird: Sandbox, user: str) -> None:
    bowerbird.fail("service-unavailable", operation="listTransactions")
    with pytest.raises(BankAway):
        spent(bowerbird.url, bowerbird.key, user, "2026-01")
    assert spent(bowerbird.url, bowerbird.key, user, "1999-01") == Decimal(0)


def test_a_wrong_password(bowerbird: Sandbox) -> None:
    with pytest.raises(JobFailed) as failed:
        bowerbird.connect(bowerbird.create_user(email="gavin@hooli.com").id, "gavinBelson", "wrong")
    assert failed.value.code == "invalid-credentials"
