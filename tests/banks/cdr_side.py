"""Logins at a data holder without a server around them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Event
from time import monotonic

from bowerbird.connectors.cdr import CONNECTOR
from bowerbird.model.account import BankAccount
from bowerbird.model.clock import Clock
from bowerbird.model.connection import Login
from bowerbird.model.secrets import new_secret
from bowerbird.outbound.addresses import AllowList
from bowerbird.plugins.bank_network import BankNetwork
from bowerbird.plugins.guard import Guard
from bowerbird.sdk.challenges import PersonBrowser, Redirect
from bowerbird.sdk.connector import ConnectorContext
from bowerbird.sdk.pages import TransactionsPage, read_pages
from tests.banks.cdr_recipient import BANK

RETURN = "https://bowerbird.example/home/return"


@dataclass
class Side:
    """The program's side of logins at a holder, as the guard of the server leads them; `kept` are the connection's secrets."""

    host: str
    clock: Clock
    settings: dict[str, str]
    kept: list[str] = field(default_factory=list)
    others: list[Side] = field(default_factory=list)

    def __post_init__(self) -> None:
        network = BankNetwork(AllowList.read(self.host), {"cdr": self.settings})
        self.guard = Guard(ThreadPoolExecutor(1), 30, network)

    def context(self, browser: PersonBrowser | None = None) -> ConnectorContext:
        secret = self.kept[-1] if self.kept else None
        return ConnectorContext(self.clock.now(), 1, 0, secret=secret, keep_secret=self.kept.append, browser=browser)

    def begin(self) -> Redirect:
        outcome = self.guard.log_in(CONNECTOR, Login(BANK, "", ""), self.context(PersonBrowser(RETURN, new_secret())))
        assert isinstance(outcome, Redirect)
        return outcome

    def finish(self, begun: Redirect, answer: dict[str, str]) -> str:
        return self.guard.returned(CONNECTOR, begun.state, answer, self.context()).session

    def read(self, session: str) -> int:
        """The number of rows of all accounts, on all their pages."""
        accounts = self.guard.accounts(CONNECTOR, session, self.context())[1]
        return sum(len(read_pages(partial(self._page, session, each))) for each in accounts)

    def _page(self, session: str, account: BankAccount, word: str | None) -> TransactionsPage:
        return self.guard.transactions(CONNECTOR, session, account, None, replace(self.context(), cursor=word))

    def asking(self) -> ConnectorContext:
        """A context with the way out, as a call of the guard has it."""
        http = self.guard.network.http(CONNECTOR.upstream, monotonic() + 30, Event(), lambda: None)
        return replace(self.context(), http=http, settings=self.settings)

    def refresh(self) -> str:
        found = self.guard.log_in(CONNECTOR, Login(BANK, "", ""), self.context())
        assert not isinstance(found, Redirect)
        return getattr(found, "session", "")

    def close(self) -> None:
        self.guard.network.close()
        self.guard.pool.shutdown()
        for each in self.others:
            each.close()

    def beside(self, other: Side) -> Side:
        """Another side that is closed with this one."""
        self.others.append(other)
        return other
