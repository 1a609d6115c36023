"""The published clients: where each comes from, how its driver is run, and which of its calls cannot pass today and why."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
INSTALLED = ROOT / ".venv" / "foreign"
"""What `make foreign` installs from the package registries, at the versions in the Makefile."""


@dataclass(frozen=True, slots=True)
class Known:
    """Why a call cannot pass: an issue of ours, or the client's own fault; `sign` is part of what the client reports."""

    reason: str
    sign: str


NO_PATH = "Requested path does not exist."


def own(reason: str, sign: str) -> Known:
    """What the client gets wrong by the published description of the protocol; the interpreted Go clients show the answer they refuse."""
    return Known(f"the client's own: {reason}", sign)


def twice(sign: str) -> Known:
    return own("it makes every call that goes well a second time", sign)


@dataclass(frozen=True, slots=True)
class Client:
    """`name` at `version`, a commit where it is no package. `folder`: its checkout below FOREIGN_CLIENTS; empty for a package."""

    name: str
    version: str
    program: str
    driver: str
    calls: tuple[str, ...]
    known: Mapping[str, Known] = field(default_factory=dict)
    folder: str = ""
    path: str = ""
    """What the client calls itself where it is imported from."""

    @property
    def checkout(self) -> Path:
        return Path(os.environ.get("FOREIGN_CLIENTS", "")) / self.folder

    def missing(self) -> str:
        """What keeps the client from being run here; empty when nothing does."""
        if self.program and not shutil.which(self.program):
            return f"{self.name}: no `{self.program}` on this machine (Debian: apt-get install {PACKAGES[self.program]})"
        if self.folder and not os.environ.get("FOREIGN_CLIENTS"):
            return f"{self.name}: FOREIGN_CLIENTS names no folder with checkouts"
        if self.folder and (found := self.commit()) != self.version:
            return f"{self.name}: FOREIGN_CLIENTS has {found} at {self.folder}, wanted is commit {self.version}"
        if not (INSTALLED / ("npm" if self.program == "node" else "pypi")).is_dir():
            return f"{self.name}: its packages are not installed: run `make foreign`"
        return ""

    def commit(self) -> str:
        """What the checkout is at."""
        if not (self.checkout / ".git").exists():
            return "no git checkout"
        asked = ["git", "-c", "safe.directory=*", "-C", str(self.checkout), "rev-parse", "HEAD"]
        return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()


PACKAGES = {"php": "php-cli php-curl php-guzzlehttp-guzzle", "node": "nodejs npm", "yaegi": "yaegi"}

_USERS = ("token", "create user", "get user", "update user", "delete user")
_INSTITUTIONS = ("list institutions", "get institution")
_CONNECTIONS = ("create connection", "get connection", "list connections", "filter connections", "delete connection")
_REFRESHES = ("get job", "refresh connection", "refresh connections", "update connection")
_ACCOUNTS = ("list accounts", "get account")
_TRANSACTIONS = ("list transactions", "filter transactions", "pending transactions", "get transaction")
_LINKS = ("create auth link", "get auth link", "delete auth link")
_WAIT, _SOME = ("wait for the job",), ("filter accounts",)
_VERSION_2 = (*_USERS, *_INSTITUTIONS, *_CONNECTIONS, *_WAIT, *_REFRESHES, *_ACCOUNTS, *_SOME, *_TRANSACTIONS)
_SNAPSHOTS = ("affordability", "get affordability", "income", "get income", "expenses", "get expenses")

_OLD = own("it asks for its token at /oauth2/token, as before version 1", NO_PATH)
_ACCOUNTS_OF_A_CONNECTION = own(
    "it takes the list of a connection's accounts for the accounts", "Cannot access offset of type string on string"
)
_PHP_8_2 = own("it reads the errors of a date, which PHP 8.2 has only where there are any", "on value of type bool")
_NOTHING_MADE = own("it can make no summary, so that there is none to read", "Requested summary does not exist.")
_COLOURS = own("a logo's colours are a text to it, as in version 1", "logo.colors of type string")

CLIENTS = (
    Client("basiq (PyPI)", "1.0.1", "", "pypi_basiq", _VERSION_2),
    Client(
        "basiqrapid (PyPI)",
        "1.0.8",
        "",
        "pypi_basiqrapid",
        (
            *_USERS,
            "list institutions",
            *("create connection", "get connection", "list connections", "status of a job", "refresh connection", "refresh connections"),
            *(*_ACCOUNTS, "list a page of transactions", "get transaction", "income", "expenses"),
        ),
    ),
    Client("basiq-sdk-nodejs (npm)", "1.1.2", "node", "npm_basiq_sdk_nodejs.js", _VERSION_2),
    Client("basiq-api (npm)", "0.2.2", "node", "npm_basiq_api.js", ("list institutions",), {"list institutions": _OLD}),
    Client(
        "basiqio/basiq-javascript-sdk",
        "53e77077d57a361286cc76110d204132d1e82d1a",
        "node",
        "folder_basiq_javascript_sdk.js",
        (
            *(*_USERS, *_INSTITUTIONS, "list public institutions", *_CONNECTIONS, *_REFRESHES, "list jobs", *_ACCOUNTS),
            *("list a page of transactions", "filter transactions", "pending transactions", "get transaction", "create statement", *_LINKS),
            *("enrich", *_SNAPSHOTS, "transactions of affordability"),
        ),
        {
            "enrich": own("it sends no country, which the published description asks for", '"parameter":"country"'),
            "get auth link": own("it reads the answer as an error's, one place off in a list of its modules", "reading '_public'"),
        },
        folder="basiqio/basiq-javascript-sdk",
    ),
    Client(
        "psychob/basiq-sdk-php",
        "b5c6fe736c90b5bd80bd05d28cc15d6153602e0e",
        "php",
        "folder_basiq_sdk_php.php",
        (*_VERSION_2, "posted transactions", "posted transactions by pages of 100", *_LINKS, "enrich"),
        {
            **dict.fromkeys(("wait for the job", "get connection"), _ACCOUNTS_OF_A_CONNECTION),
            "enrich": own("it looks for the answer under `body`, where no published answer has it", 'Undefined array key "body"'),
        },
        folder="psychob/basiq-sdk-php",
        path="Basiq",
    ),
    Client(
        "MapMyPlan/basiq-sdk-php",
        "0a2659110988600281d466e7d1edf2ec29457fbc",
        "php",
        "folder_basiq_sdk_php.php",
        (
            *_VERSION_2,
            "posted transactions",
            "posted transactions by pages of 100",
            "affordability",
            "get affordability",
            "get income",
            "get expenses",
        ),
        {
            **dict.fromkeys(("get affordability", "get income", "get expenses"), _NOTHING_MADE),
            "affordability": _PHP_8_2,
        },
        folder="MapMyPlan/basiq-sdk-php",
        path="MMPBasiq",
    ),
    Client(
        "lukasaron/basiq-go",
        "8eadbaddfa2e42745efbac1279c6fe5dad74a5de",
        "yaegi",
        "folder_basiq_go.go",
        (
            *(
                *_USERS,
                "list connectors",
                "get connector",
                "list connections",
                "get connection",
                "delete connection",
                "list jobs",
                "get job",
            ),
            *(*_ACCOUNTS, "list transactions", "get transaction", "list events", "refresh connection", "refresh connections"),
            *(*_LINKS, "list consents", *_SNAPSHOTS, "list affordability", "list identities", "get identity"),
        ),
        {
            **dict.fromkeys(_ACCOUNTS, own("the class of an account is a list to it", "the last answer was 200")),
            **dict.fromkeys(
                ("list transactions", "get transaction"), own("an enrichment is another thing to it", "the last answer was 200")
            ),
            "expenses": own("the share of a division is a text to it, a number as published", "the last answer was 200"),
            "get expenses": own("it has no id to ask for, since it could not read the answer before", "Requested method is not allowed."),
            "list affordability": own("the list of institutions is one text to it", "the last answer was 200"),
            "list events": own("the data of an event is a list to it", "the last answer was 200"),
            "create auth link": own("a mobile number is a number to it", "the last answer was 201"),
            "get auth link": own("a mobile number is a number to it", "the last answer was 200"),
            "list consents": own("the list of consents is one consent to it", "the last answer was 200"),
            "delete auth link": twice("Requested auth link does not exist."),
            "delete connection": twice("Requested connection does not exist."),
            "delete user": twice("Requested user does not exist."),
        },
        folder="lukasaron/basiq-go",
        path="github.com/lukasaron/basiq-go",
    ),
    Client(
        "antonio-salieri/basiq-sdk-golang",
        "4017566e36a7481444ce3a83c2a7c7cf71d63fd9",
        "yaegi",
        "folder_basiq_sdk_golang.go",
        _VERSION_2,
        {
            **dict.fromkeys(_INSTITUTIONS, _COLOURS),
        },
        folder="antonio-salieri/basiq-sdk-golang",
        path="github.com/basiqio/basiq-sdk-golang",
    ),
)
