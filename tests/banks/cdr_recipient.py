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
from tests.banks.at_bank import AtBank, ServerProcess
from tests.banks.cdr_holder import Customer, DataHolder, rows_of
from tests.banks.cdr_keys import authority, certified, pem_of, rsa_key
from tests.serving import NOON, Serving, until

BANK, OTHER_BANK = "AU94002", "AU95010"
H = TypeVar("H", bound=DataHolder)


def settings_of(holder: DataHolder, **more: str) -> dict[str, str]:
    own = certified(holder.recipient)
    return {
        "issuer": holder.url,
        "resources": f"{holder.url}/cds-au/v1",
        "client_id": holder.client,
        "brand": holder.brand,
        "key": pem_of(rsa_key(holder.recipient)),
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


class Recipient(AtBank):
    """A person at the consent pages of a server whose holder is the test's. `other` is that of a second institution, where there is one."""

    def __init__(self, serving: Serving | ServerProcess, holder: DataHolder, other: DataHolder | None = None) -> None:
        super().__init__(serving)
        self.holder, self.other = holder, other or holder

    def begin(self, path: str = f"/home/institutions/{BANK}", action: str = "open-banking") -> tuple[str, str]:
        """The job's page, and the address at the holder that it leads to."""
        job = self.goes(path, action)
        return job, until(partial(self._way_to_holder, job), "the way to the holder")

    def gives(self, customer: str = "gavin", **where: str) -> dict[str, Any]:
        """The job after the person has decided: no name means that they refuse."""
        job, url = self.begin(**where)
        return self.returns(job, **self.holder.decide(url, customer))

    def renews(self, customer: str = "gavin") -> dict[str, Any]:
        return self.gives(customer, path=f"/home/connections/{self.connection['id']}", action="renew")

    def _way_to_holder(self, job: str) -> str | None:
        found = re.search(r'href="(https://[^"]+/authorise[^"]*)"', self.person.get(job).text)
        return unescape(found[1]) if found else None


def table_of(folder: Path, name: str, settings: dict[str, str]) -> str:
    """A table of the settings' file, whose values lie in files of their own."""
    lines = [f"[{name}]\n"]
    for setting, value in settings.items():
        (folder / f"{name}.{setting}").write_text(value)
        lines.append(f'{setting} = "file:{folder}/{name}.{setting}"\n')
    return "".join(lines)


_INSTITUTION = """
[[institution]]
id = "AU95010"
name = "Another holder"
type = "Bank"
tier = "4"
connectors.openbanking.authorization = "other"
"""


@contextmanager
def recipient(folder: Path, holder: DataHolder, **more: str) -> Iterator[Recipient]:
    file = folder / "connectors.toml"
    file.write_text(table_of(folder, "cdr", settings_of(holder, **more)))
    with holder, Serving(folder / "data", outbound_allow=holder.host, connectors=str(file)) as serving:
        holder.clock = serving.server.web.clock = serving.clock
        found = Recipient(serving, holder)
        yield found
        found.person.close()


@contextmanager
def recipient_of_two(folder: Path, holder: DataHolder, other: DataHolder) -> Iterator[Recipient]:
    """A recipient that is registered with two holders, which have nothing in common."""
    file, institutions = folder / "connectors.toml", folder / "institutions.toml"
    institutions.write_text(_INSTITUTION)
    tables = {"cdr": settings_of(holder), f"cdr.{OTHER_BANK}": settings_of(other)}
    file.write_text("".join(table_of(folder, name, settings) for name, settings in tables.items()))
    own: dict[str, Any] = {"connectors": str(file), "institutions": str(institutions)}
    with holder, other, Serving(folder / "data", outbound_allow=f"{holder.host}, {other.host}", **own) as serving:
        holder.clock = other.clock = serving.server.web.clock = serving.clock
        found = Recipient(serving, holder, other)
        yield found
        found.person.close()
