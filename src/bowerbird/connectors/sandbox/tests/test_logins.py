"""Who gets into the sandbox bank, who is turned away and how, and what is asked in between."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bowerbird import codes
from bowerbird.connectors.sandbox import CONNECTOR
from bowerbird.connectors.sandbox.personas import PERSONAS, REFUSED
from bowerbird.model.connection import Login
from bowerbird.sdk import failures
from bowerbird.sdk.challenges import Challenge, ChallengeMethod, LoggedIn, Redirect
from bowerbird.sdk.connector import AnswersChallenges, Connector, ConnectorContext

NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
PLAIN, ASKS_ALWAYS, ASKS_SOMETIMES, OWN_PAGES = "AU00000", "AU00002", "AU00005", "AU00007"

CONTRACT = {
    "Wentworth-Smith": "whislter",
    "Whistler": "ShowBox",
    "Gilfoyle": "PiedPiper",
    "gavinBelson": "hooli2016",
    "jared": "django",
    "richard": "tabsnotspaces",
    "laurieBream": "business2024",
    "ashMann": "hooli2024",
    "jackBarker": "boxes",
}
TURNED_AWAY = {
    ("bighead", "password"): failures.LockedAccount,
    ("erlich", "aviato"): failures.UserActionRequired,
    ("jianYang", "nothotdog"): failures.Unavailable,
    ("monica", "raviga"): failures.InvalidCredentials,
    ("russ", "hanneman"): failures.MfaNotSupported,
    ("dinesh", "tesla"): failures.Maintenance,
    ("nelson", "arizona"): failures.UserActionRequired,
}
TOKEN = (ChallengeMethod.TOKEN, ("OTP Password",), ["1234"])
COMPANY = (ChallengeMethod.SECURITY_QUESTIONS, ("What's your first company?",), ["Hooli"])


def visit(earlier_jobs: int = 0) -> ConnectorContext:
    return ConnectorContext(NOW, 1, earlier_jobs)


def log_in(login_id: str, password: str, institution: str = PLAIN, earlier_jobs: int = 0) -> LoggedIn | Challenge | Redirect:
    return CONNECTOR.log_in(Login(institution, login_id, password), visit(earlier_jobs))


def challenge(login_id: str, institution: str = ASKS_ALWAYS) -> Challenge:
    asked = log_in(login_id, PERSONAS[login_id].password, institution, earlier_jobs=2)
    assert isinstance(asked, Challenge)
    return asked


def test_it_keeps_the_protocol() -> None:
    connector: Connector = CONNECTOR
    assert isinstance(connector, AnswersChallenges)
    assert connector.institutions == {*(f"AU0000{n}" for n in range(6)), OWN_PAGES}


@pytest.mark.parametrize("institution", sorted(CONNECTOR.institutions - {ASKS_ALWAYS, ASKS_SOMETIMES, OWN_PAGES}))
@pytest.mark.parametrize(("login_id", "password"), CONTRACT.items())
def test_personas_log_in_everywhere(institution: str, login_id: str, password: str) -> None:
    entered = log_in(f" {login_id}\n", password, institution)
    assert isinstance(entered, LoggedIn)
    profile, accounts = CONNECTOR.accounts(entered.session, visit())
    assert profile.full_name
    assert accounts


@pytest.mark.parametrize("institution", sorted(CONNECTOR.institutions - {OWN_PAGES}))
@pytest.mark.parametrize(("login", "failure"), TURNED_AWAY.items())
def test_the_unhappy_fail_in_their_own_way(institution: str, login: tuple[str, str], failure: type[failures.Failure]) -> None:
    with pytest.raises(failure) as caught:
        log_in(*login, institution)
    assert type(caught.value) is failure


@pytest.mark.parametrize(
    ("login_id", "password"),
    [
        ("Gilfoyle", "wrong"),
        ("Gilfoyle", "piedpiper"),
        ("Gilfoyle", "PiedPiper "),
        ("gilfoyle", "PiedPiper"),
        ("bighead", "wrong"),
        ("nelson", "wrong"),
        ("stranger", "password"),
        ("stranger", ""),
        ("", ""),
        ("Gilfoyle", "é\ud800"),
    ],
)
def test_unknown_or_wrong_says_username_or_password(login_id: str, password: str) -> None:
    with pytest.raises(failures.InvalidUsernameOrPassword) as caught:
        log_in(login_id, password, ASKS_ALWAYS)
    assert caught.value.entry is codes.INVALID_USERNAME_OR_PASSWORD


def test_no_login_is_both_healthy_and_refused() -> None:
    assert not PERSONAS.keys() & REFUSED.keys()
    assert set(PERSONAS) | set(REFUSED) == {*CONTRACT, *(login for login, _ in TURNED_AWAY)}


def test_nelson_gets_in_the_second_time() -> None:
    entered = log_in("nelson", "arizona", earlier_jobs=1)
    assert isinstance(entered, LoggedIn)
    _, accounts = CONNECTOR.accounts(entered.session, visit(1))
    assert list(CONNECTOR.transactions(entered.session, accounts[0], None, visit(1)))


def test_jack_barkers_accounts_arrive_and_his_transactions_do_not() -> None:
    entered = log_in("jackBarker", "boxes")
    assert isinstance(entered, LoggedIn)
    _, accounts = CONNECTOR.accounts(entered.session, visit())
    assert all(account.balance is not None for account in accounts)
    with pytest.raises(failures.Unavailable):
        CONNECTOR.transactions(entered.session, accounts[0], None, visit())


@pytest.mark.parametrize(
    ("login_id", "asked"),
    [
        *((login_id, TOKEN) for login_id in ("jared", "richard", "laurieBream", "ashMann", "jackBarker", "nelson")),
        *((login_id, COMPANY) for login_id in ("gavinBelson", "Gilfoyle")),
    ],
)
def test_challenges_are_those_of_the_contract(login_id: str, asked: tuple[ChallengeMethod, tuple[str, ...], list[str]]) -> None:
    method, prompts, answers = asked
    question = challenge(login_id)
    assert (question.method, question.prompts) == (method, prompts)
    assert question.description
    entered = CONNECTOR.answer(question.state, answers, visit())
    assert CONNECTOR.accounts(entered.session, visit())[1]


@pytest.mark.parametrize("login_id", ["Whistler", "Wentworth-Smith"])
def test_two_questions_want_two_answers(login_id: str) -> None:
    question = challenge(login_id)
    assert question.method is ChallengeMethod.SECURITY_QUESTIONS
    assert len(question.prompts) == 2
    assert CONNECTOR.answer(question.state, ["basiq", " au00000 "], visit()).session
    for answers in ([], ["Basiq"], ["AU00000", "Basiq"], ["Basiq", "AU00000", ""], ["Basiq", ""]):
        with pytest.raises(failures.WrongAnswer):
            CONNECTOR.answer(question.state, answers, visit())


@pytest.mark.parametrize("answers", [[], [""], ["1235"], ["12345"], ["1234", "1234"], ["\ud800"]])
def test_wrong_codes_are_refused(answers: list[str]) -> None:
    with pytest.raises(failures.WrongAnswer):
        CONNECTOR.answer(challenge("jared").state, answers, visit())


def test_the_intermittent_bank_asks_every_second_time() -> None:
    kinds = [type(log_in("jared", "django", ASKS_SOMETIMES, earlier_jobs)) for earlier_jobs in range(4)]
    assert kinds == [Challenge, LoggedIn, Challenge, LoggedIn]


@pytest.mark.parametrize("note", ["", "AU00000", "AU00000/stranger", "AU99999/jared", "jared"])
def test_notes_that_are_not_its_own_are_not_understood(note: str) -> None:
    with pytest.raises(failures.NotUnderstood):
        CONNECTOR.accounts(note, visit())
    with pytest.raises(failures.NotUnderstood):
        CONNECTOR.answer(note, ["1234"], visit())


def test_other_institutions_are_not_understood() -> None:
    with pytest.raises(failures.NotUnderstood):
        log_in("jared", "django", "AU99999")
