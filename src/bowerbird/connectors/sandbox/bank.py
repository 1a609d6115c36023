"""The sandbox bank behind the connector protocol. It remembers nothing: its session text is the institution and the persona."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from bowerbird.connectors.sandbox import own_pages
from bowerbird.connectors.sandbox.days import bank_day, month_of
from bowerbird.connectors.sandbox.history import WINDOW, entries, pending, posted
from bowerbird.connectors.sandbox.hostile import SCENARIOS, distort, knock
from bowerbird.connectors.sandbox.institutions import INSTITUTIONS, asks_now
from bowerbird.connectors.sandbox.numbers import account_number
from bowerbird.connectors.sandbox.persona import Account, Persona, RefusedLogin
from bowerbird.connectors.sandbox.personal_details import bank_account
from bowerbird.connectors.sandbox.personas import PERSONAS, REFUSED
from bowerbird.model.account import BankAccount, Profile
from bowerbird.model.connection import Login
from bowerbird.model.transaction import BankTransaction
from bowerbird.sdk.challenges import Challenge, LoggedIn, Redirect
from bowerbird.sdk.connector import ConnectorContext, DemoUser
from bowerbird.sdk.failures import InvalidUsernameOrPassword, NotUnderstood, UserActionRequired, WrongAnswer
from bowerbird.sdk.leaf import LeafTier


class SandboxBank:
    """Every persona banks at every institution of the sandbox, with other spending and other numbers at each."""

    institutions = frozenset(INSTITUTIONS)
    tier = LeafTier.SYNTHETIC
    scenarios = SCENARIOS
    demo_users = (
        *(
            DemoUser(each.login, each.password, each.shows, each.second_factor.prompts, each.second_factor.answers, each.profile)
            for each in PERSONAS.values()
        ),
        *(DemoUser(each.login, each.password, each.failure.entry.title) for each in REFUSED.values()),
    )

    def log_in(self, login: Login, context: ConnectorContext) -> LoggedIn | Challenge | Redirect:
        """Login ids count with their capitals, without blanks around them; passwords exactly as typed."""
        if login.institution_id not in INSTITUTIONS:
            raise NotUnderstood
        if INSTITUTIONS[login.institution_id].own_pages:
            return own_pages.begin(login.institution_id, context)
        someone = _recognised(login)
        if isinstance(someone, RefusedLogin):
            raise someone.failure
        if someone.shut_out_once and context.earlier_jobs == 0:
            raise UserActionRequired
        session = f"{login.institution_id}/{someone.login}"
        if asks_now(INSTITUTIONS[login.institution_id], context.earlier_jobs):
            return someone.second_factor.challenge(session)
        return LoggedIn(session)

    def answer(self, state: str, answers: Sequence[str], context: ConnectorContext) -> LoggedIn:
        _, persona = _read(state)
        if not persona.second_factor.accepts(answers):
            raise WrongAnswer
        return LoggedIn(state)

    def returned(self, state: str, answer: Mapping[str, str], context: ConnectorContext) -> LoggedIn:
        return own_pages.finish(state, answer, context)

    def accounts(self, session: str, context: ConnectorContext) -> tuple[Profile, list[BankAccount]]:
        institution, persona = _read(session)
        knock(context)
        return persona.profile, [bank_account(persona, institution, account, context.seed, context.now) for account in persona.accounts]

    def transactions(self, session: str, account: BankAccount, since: date | None, context: ConnectorContext) -> Iterable[BankTransaction]:
        """The last 400 days or those from `since`, whichever is shorter."""
        institution, persona = _read(session)
        if persona.no_transactions is not None:
            raise persona.no_transactions
        own = _find(persona, institution, account.number)
        today = bank_day(context.now)
        written = entries(context.seed, institution, persona.login, own.key, month_of(today))
        first = today - WINDOW
        truth = [*posted(written, first if since is None else max(since, first), today), *pending(written, today)]
        return distort(truth, context, today)


def _recognised(login: Login) -> Persona | RefusedLogin:
    """The customer with this login id and password. The refusal does not tell a wrong id from a wrong password."""
    known = login.login_id.strip()
    someone = PERSONAS.get(known) or REFUSED.get(known)
    password = someone.password if someone else ""
    right = hmac.compare_digest(login.password.encode("utf-8", "surrogatepass"), password.encode())
    if someone is None or not right:
        raise InvalidUsernameOrPassword
    return someone


def _read(session: str) -> tuple[str, Persona]:
    institution, _, login = session.partition("/")
    if institution not in INSTITUTIONS or login not in PERSONAS:
        raise NotUnderstood
    return institution, PERSONAS[login]


def _find(persona: Persona, institution: str, number: str) -> Account:
    for account in persona.accounts:
        if account_number(institution, persona, account) == number:
            return account
    raise NotUnderstood
