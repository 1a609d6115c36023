"""The recipient of the tests: its settings, and a person who gives access at the holder's pages through the whole server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any, TypeVar

from bowerbird.model.clock import ManualClock
from tests.banks.cdr_holder import CLIENT, Customer, DataHolder, rows_of
from tests.banks.cdr_keys import authority, certified, pem_of, rsa_key
from tests.serving import NOON, Application, Serving, until
from tests.web.consent_session import Person

BANK = "AU94002"
H = TypeVar("H", bound=DataHolder)


def settings_of(holder: DataHolder, **more: str) -> dict[str, str]:
    own = certified("recipient")
    return {
        "issuer": holder.url,
        "resources": f"{holder.url}/cds-au/v1",
        "client_id": CLIENT,
        "key": pem_of(rsa_key("recipient")),
        "certificate": own.certificate,
        "certificate_key": own.key,
        "authority": authority(),
        **more,
    }


def new_holder(**options: Any) -> DataHolder:
    """A holder with two customers: Gavin has two accounts, Monica one."""
    return with_customers(DataHolder(ManualClock(NOON), **options))


def with_customers(holder: H) -> H:
    for name, accounts in (("gavin", ("a1", "a2")), ("monica", ("m1",))):
        holder.customers[name] = Customer(f"subject-of-{name}", {each: rows_of(each, NOON, 7) for each in accounts})
    return holder


class Recipient:
    """A person at the consent pages of a server whose holder is the test's."""

    def __init__(self, serving: Serving, holder: DataHolder) -> None:
        self.serving, self.holder = serving, holder
        self.app: Application = serving.application()
        self.person = Person(serving, self.app, self.app.new_user())

    def begin(self, path: str = f"/home/institutions/{BANK}", action: str = "open-banking") -> tuple[str, str]:
        """The job's page, and the address at the holder that it leads to."""
        self.person.land()
        if "Agree and continue" in self.person.get("/home/consent").text:
            self.person.agree()
        page = f"{path}/login" if action == "renew" else path
        job = str(self.person.send(f"{path}/{action}", {}, on=page).headers["location"])
        return job, until(partial(self._way_to_holder, job), "the way to the holder")

    def gives(self, customer: str = "gavin", **where: str) -> dict[str, Any]:
        """The job after the person has decided: nobody's name means that they refuse."""
        job, url = self.begin(**where)
        assert self.person.get("/home/return", params=self.holder.decide(url, customer)).status_code == 303
        return self.app.settled(job.rpartition("/")[2])

    def renews(self, customer: str = "gavin") -> dict[str, Any]:
        return self.gives(customer, path=f"/home/connections/{self.connection['id']}", action="renew")

    def _way_to_holder(self, job: str) -> str | None:
        found = re.search(r'href="(https://[^"]+/authorise[^"]*)"', self.person.get(job).text)
        return unescape(found[1]) if found else None

    @property
    def connection(self) -> dict[str, Any]:
        found: dict[str, Any] = self.app.get(f"/users/{self.person.user_id}/connections").json()["data"][0]
        return found

    def refresh(self, **passed: int) -> dict[str, Any]:
        self.serving.advance(**passed)
        self.app.forget_tokens()
        found: dict[str, Any] = self.app.post(f"/users/{self.person.user_id}/connections/{self.connection['id']}/refresh").json()
        return self.app.settled(found["id"]) if "id" in found else found


@contextmanager
def recipient(folder: Path, holder: DataHolder, **more: str) -> Iterator[Recipient]:
    lines = []
    for name, value in settings_of(holder, **more).items():
        (folder / name).write_text(value)
        lines.append(f'{name} = "file:{folder / name}"\n')
    file = folder / "connectors.toml"
    file.write_text("[cdr]\n" + "".join(lines))
    with holder, Serving(folder / "data", outbound_allow=holder.host, connectors=str(file)) as serving:
        holder.clock = serving.server.web.clock = serving.clock
        found = Recipient(serving, holder)
        yield found
        found.person.close()
