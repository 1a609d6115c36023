"""`make foreign`: every published client makes its calls against `bowerbird serve`, and each call is held beside the API."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx2
import pytest

from bowerbird.domain.access import applications
from bowerbird.domain.services import Services
from bowerbird.settings import Settings
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.wiring.services import open_services
from tests.foreign.client_run import Run, run_client
from tests.foreign.clients import CLIENTS, Client
from tests.foreign.expected_values import PUBLIC_URL
from tests.leaf_samples import layout_sample
from tests.serving import Application, Process

pytestmark = pytest.mark.foreign

STATEMENT = layout_sample("published_2020", "newest_first.csv")


class Sandbox(Process):
    """`bowerbird serve` with the control plane of the sandbox."""

    def _arguments(self) -> list[str]:
        return [*super()._arguments(), "--sandbox-controls"]


def new_key(services: Services, name: str) -> str:
    """The key of a sandbox application that may upload made-up statements."""
    return services.write_now(
        partial(applications.create_application, production=False, products="all", test_statements_allowed=True),
        name,
        tenant=EVERY_TENANT,
    ).secret


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("foreign") / "data"


@pytest.fixture(scope="module")
def keys(folder: Path) -> dict[str, str]:
    """An application a client, so that each sees its own events only."""
    services = open_services(Settings(data=folder))
    made = {client.name: new_key(services, client.name) for client in CLIENTS}
    services.close()
    return made


@pytest.fixture(scope="module")
def server(folder: Path, keys: dict[str, str]) -> Iterator[Sandbox]:
    """Its clock stands still, so that no purchase comes between a client's answer and the API's."""
    with Sandbox(folder, BOWERBIRD_PUBLIC_URL=PUBLIC_URL) as process:
        admin = {"Authorization": f"Bearer {(folder / 'admin.token').read_text('utf-8').strip()}"}
        assert httpx2.post(f"{process.url}/_bowerbird/clock", headers=admin, json={"freeze": True}).status_code == 200
        yield process


@pytest.fixture(scope="module")
def run_of(server: Sandbox, keys: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Callable[[Client], Run]:
    """A client's run, made when it is first asked for."""
    made: dict[str, Run] = {}

    def find(client: Client) -> Run:
        if reason := client.missing():
            (pytest.fail if os.environ.get("FOREIGN_STRICT") == "1" else pytest.skip)(reason)
        if client.name not in made:
            folder = tmp_path_factory.mktemp("client")
            shutil.copy(STATEMENT, folder / "statement.csv")
            app = Application(server.url, keys[client.name])
            made[client.name] = run_client(client, app, folder, datetime.now(UTC).date())
            app.close()
        return made[client.name]

    return find


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_driver_reaches_its_end(client: Client, run_of: Callable[[Client], Run]) -> None:
    done = run_of(client)
    assert not done.broke_off, done.broke_off
    assert done.made == set(client.calls)
    assert set(client.known) <= set(client.calls)


@pytest.mark.parametrize(
    ("client", "call"), [pytest.param(client, call, id=f"{client.name}: {call}") for client in CLIENTS for call in client.calls]
)
def test_call(client: Client, call: str, run_of: Callable[[Client], Run]) -> None:
    done, known = run_of(client), client.known.get(call)
    assert call in done.made, f"the driver did not reach this call: {done.broke_off}"
    wrong = done.wrong.get(call, "")
    if known is None:
        assert not wrong, wrong
        return
    assert known.sign in wrong, f"{wrong or 'it passes'}; clients.py expects {known.sign!r} ({known.reason})"
    pytest.xfail(known.reason)
