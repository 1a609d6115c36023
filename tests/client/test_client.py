"""The typed clients against a real server: the main job, refusals, tokens that lapse, and the control plane."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from bowerbird.client import ApiError, AsyncBowerbird, Bowerbird, ChallengeAsked, JobFailed, NoAnswer
from tests.serving import Serving, free_port


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with Serving(tmp_path_factory.mktemp("client"), None, sandbox_controls=True) as started:
        yield started


@pytest.fixture(scope="module")
def key(serving: Serving) -> str:
    return serving.application(production=False).api_key


@pytest.fixture
def bank(serving: Serving, key: str) -> Iterator[Bowerbird]:
    with Bowerbird(serving.url, key) as opened:
        yield opened


def test_the_main_job(bank: Bowerbird) -> None:
    user = bank.create_user(email="gavin@hooli.com", first_name="Gavin")
    job = bank.create_connection(user.id, login_id="gavinBelson", password="hooli2016", institution_id="AU00000")
    assert [step.status for step in bank.wait_for_job(job.id).steps] == ["success"] * 3
    accounts = bank.list_accounts(user.id).data
    everything = list(bank.iterate_transactions(user.id, limit=100))
    assert len(everything) == bank.list_transactions(user.id, limit=1).size > 100
    assert {transaction.account for transaction in everything} <= {account.id for account in accounts}
    of_one = list(bank.iterate_transactions(user.id, filter=f"account.id.eq('{accounts[0].id}')"))
    assert [row.id for row in of_one] == [row.id for row in everything if row.account == accounts[0].id]  # meanings may come in between
    bank.delete_user(user.id)
    with pytest.raises(ApiError, match="404"):
        bank.get_user(user.id)


def test_the_main_job_for_asyncio(serving: Serving, key: str) -> None:
    async def walk() -> int:
        async with AsyncBowerbird(serving.url, key) as bank:
            user = await bank.create_user(email="gavin@hooli.com")
            job = await bank.create_connection(user.id, login_id="gavinBelson", password="hooli2016", institution_id="AU00000")
            await bank.wait_for_job(job.id)
            return len([each async for each in bank.iterate_transactions(user.id, limit=100)])

    assert asyncio.run(walk()) > 100


def test_a_challenge_is_answered_or_raised(bank: Bowerbird) -> None:
    user = bank.create_user(email="jared@hooli.com")
    job = bank.create_connection(user.id, login_id="jared", password="django", institution_id="AU00002")
    with pytest.raises(ChallengeAsked) as asked:
        bank.wait_for_job(job.id)
    assert asked.value.prompts == ["OTP Password"]
    assert bank.wait_for_job(job.id, answers=["1234"]).steps[-1].status == "success"


def test_a_failed_job_says_why(bank: Bowerbird) -> None:
    user = bank.create_user(email="bighead@hooli.com")
    job = bank.create_connection(user.id, login_id="bighead", password="password", institution_id="AU00000")
    with pytest.raises(JobFailed, match=r"verify-credentials, invalid-credentials: .*locked"):
        bank.wait_for_job(job.id)


def test_a_refusal_keeps_every_entry(bank: Bowerbird) -> None:
    with pytest.raises(ApiError) as refused:
        bank.create_user(email="no address", mobile="no number")
    assert refused.value.status == 400
    assert [error["source"]["parameter"] for error in refused.value.errors] == ["email", "mobile"]
    assert refused.value.correlation_id


def test_a_statement_is_uploaded(serving: Serving, bank: Bowerbird) -> None:
    key = bank.create_application(name="Rehearsal", test_statements_allowed=True).api_key
    csv = "accountNo,accCurrency,accBalance,accType,accProduct,txnPostDate,txnDescription,txnAmount\n"
    with Bowerbird(serving.url, key) as live:
        user = live.create_user(email="a@hooli.com")
        row = b"123456789,AUD,1.00,savings,Saver,2026/01/02,COFFEE,-4.50\n"
        job = live.create_statement(user.id, institution_id="AU00201", statement=csv.encode() + row)
        live.wait_for_job(job.id)
        assert [each.amount for each in live.iterate_transactions(user.id)] == ["-4.50"]


def test_a_user_sees_what_is_theirs(bank: Bowerbird) -> None:
    mine, other = bank.create_user(email="a@hooli.com"), bank.create_user(email="b@hooli.com")
    with bank.as_user(mine.id) as person:
        assert person.list_connections(mine.id).data == []
        with pytest.raises(ApiError, match="401"):
            person.list_connections(other.id)
        with pytest.raises(ApiError, match="403"):
            person.create_user(email="c@hooli.com")


@pytest.mark.parametrize("id", ["", ".", "..", "..."])
def test_an_id_of_dots_leads_to_nothing_else(bank: Bowerbird, id: str) -> None:
    """A program that passes on what others wrote must not delete a user in the place of their connection."""
    user = bank.create_user(email="gavin@hooli.com")
    for call in (bank.delete_connection, bank.get_connection, bank.get_account, bank.get_transaction):
        with pytest.raises(ValueError, match="is no id"):
            call(user.id, id)
    assert bank.get_user(user.id).id == user.id


@pytest.mark.parametrize("id", ["../..", "x/..", "%2e%2e", "..;", "x?y", "x#y", "\u2025"])
def test_an_id_that_is_none_is_one_segment(bank: Bowerbird, id: str) -> None:
    user = bank.create_user(email="gavin@hooli.com")
    with pytest.raises(ApiError) as refused:
        bank.delete_connection(user.id, id)
    assert refused.value.status in (400, 404, 405)
    assert bank.get_user(user.id).id == user.id


def test_a_lapsed_token_is_replaced(bank: Bowerbird) -> None:
    user = bank.create_user(email="a@hooli.com")
    bank.update_clock(advance_seconds=7200)
    assert bank.get_user(user.id).email == "a@hooli.com"


def test_an_unknown_key(serving: Serving) -> None:
    with Bowerbird(serving.url, "bm9ib2R5") as stranger, pytest.raises(ApiError, match="check your API key"):
        stranger.create_user(email="a@hooli.com")


def test_no_server_answers() -> None:
    with Bowerbird(f"http://127.0.0.1:{free_port()}", "key") as alone:
        assert not alone.is_ready()
        with pytest.raises(NoAnswer, match="ConnectError"):
            alone.create_user(email="a@hooli.com")
