"""A server a module with one operator, and clients that keep cookies."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import delete

from bowerbird.storage.database.tables import operators, sign_in_attempts
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, UnitOfWork
from bowerbird.storage.rows.applications import change_application
from tests.serving import Application, Serving
from tests.web.client import Pages, make_operator
from tests.web.consent_session import Person


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with Serving(tmp_path_factory.mktemp("web")) as started:
        started.server.web.clock = started.clock
        yield started


@pytest.fixture
def serving(running: Serving) -> Serving:
    """The server, with Ana as its only operator, and no attempt counted."""

    def forget(uow: UnitOfWork) -> None:
        uow.execute(delete(operators))
        uow.execute(delete(sign_in_attempts))

    running.services.storage.write_now(forget, tenant=EVERY_TENANT)
    make_operator(running)
    return running


@pytest.fixture
def unknown_bank(serving: Serving) -> Iterator[Pages]:
    pages = Pages(serving)
    yield pages
    pages.close()


@pytest.fixture
def ana(serving: Serving) -> Iterator[Pages]:
    pages = Pages(serving)
    assert pages.sign_in().status_code == 303
    yield pages
    pages.close()


@pytest.fixture
def app(running: Serving) -> Application:
    made = running.application("Budget app")
    application_rows_of(running, made.id, redirect_url="https://app.example/done?from=bank")
    return made


@pytest.fixture
def gavin(running: Serving, app: Application) -> Iterator[Person]:
    person = Person(running, app, app.new_user(email="gavin@hooli.com", firstName="Gavin", mobile="0410888666"))
    yield person
    person.close()


def application_rows_of(running: Serving, application_id: str, **values: object) -> None:
    """Change an application's row."""
    running.services.storage.write_now(lambda uow: change_application(uow, application_id, **values), tenant=EVERY_TENANT)
