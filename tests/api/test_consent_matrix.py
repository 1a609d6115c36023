"""The consent matrix (tests/api/consent_matrix.py), asked of a real server: nothing that a person refused is shown anywhere."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from bowerbird.api import schemas
from bowerbird.api.routes import OPERATIONS
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.users.own_data import read_own_data
from bowerbird.model.consent import ACCOUNT_BASIC, PERSON_DETAIL, SCOPES, TRANSACTION_DETAIL
from bowerbird.web.routes import PAGES
from tests.api import consent_matrix
from tests.api.consent_matrix import CHECKS, COMBINATIONS, COPIES, FIELDS, SOURCES, STATES, Matrix, Subject, effective, leaks, values_of
from tests.receiver import Receiver
from tests.serving import NOON, Serving


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    settings: dict[str, Any] = {"token_requests_per_5_minutes": 1_000_000, "token_ttl_seconds": 10**9}
    folder = tmp_path_factory.mktemp("consents")
    with (
        Receiver() as receiver,
        Serving(folder, start=NOON, statement_files_kept_days="30", outbound_allow=receiver.host, **settings) as serving,
    ):
        matrix = Matrix(serving, receiver)
        with closing(matrix.pages["operator"]):
            yield matrix


@pytest.fixture(scope="module")
def values(matrix: Matrix) -> dict[str, dict[str, set[str]]]:
    """What an unrestricted person's answers show, by source and scope."""
    found = {}
    for source in SOURCES:
        user = matrix.app.new_user()
        job = matrix.read(matrix.app, user, source)
        found[source] = values_of(matrix.app, user, matrix.ids_of(matrix.app, user, job))
    return found


def test_every_field_of_a_person_has_a_row() -> None:
    """A new field fails here: say in `consent_matrix.FIELDS` which scope it needs."""
    for shape, fields in FIELDS.items():
        assert set(fields) == set(getattr(schemas, shape).__struct_fields__), shape


def test_every_field_of_a_copy_has_a_row(matrix: Matrix) -> None:
    """A new field of `own_data` fails here: say in `consent_matrix.COPIES` which scope it needs. Refused, it is empty or masked."""
    for scopes in (frozenset(SCOPES), frozenset({TRANSACTION_DETAIL})):
        user = matrix.app.new_user()
        matrix.agree(matrix.app, user, scopes)
        matrix.read(matrix.app, user, "feed")
        copy = matrix.serving.services.read_now(read_own_data, tenant=Tenant(matrix.app.id, user))
        for table, fields in COPIES.items():
            assert copy[table] or (table == "meanings" and ACCOUNT_BASIC not in scopes), table
            for record in copy[table]:
                assert set(record) == set(fields), table
                shown = {name for name, scope in fields.items() if scope and scope not in scopes and record[name]}
                assert shown <= {"class", "ownership", "is_owned"}, (table, shown)


def test_every_operation_that_reads_has_a_row() -> None:
    """A new operation fails here: say in `consent_matrix` whether it shows something of a person."""
    reading = {operation.name for operation in OPERATIONS if operation.method == "GET"}
    assert reading == consent_matrix.PERSONAL_OPERATIONS | consent_matrix.IMPERSONAL_OPERATIONS


def test_every_page_of_a_person_has_a_row() -> None:
    """A new page fails here: say in `consent_matrix` whether it shows something of a person."""
    of_people = {page.name for page in PAGES if page.method == "GET" and ("{user_id}" in page.path or page.path.startswith("/home"))}
    of_people |= {"show_job"}
    assert of_people == consent_matrix.PERSONAL_PAGES | consent_matrix.IMPERSONAL_PAGES


def test_every_source_shows_values_of_what_it_tells(values: dict[str, dict[str, set[str]]]) -> None:
    """Without values there would be nothing to find."""
    for source, by_scope in values.items():
        assert by_scope[ACCOUNT_BASIC], source
        assert by_scope[TRANSACTION_DETAIL], source
    assert all(values["feed"][scope] for scope in SCOPES)
    assert values["csv"][PERSON_DETAIL]


_SHARE = [COMBINATIONS[0], *random.Random(13).sample(COMBINATIONS[1:-1], 3), COMBINATIONS[-1]]


@pytest.mark.parametrize("chosen", [pytest.param(_SHARE, id="share"), pytest.param(COMBINATIONS, id="all", marks=pytest.mark.soak)])
@pytest.mark.parametrize("source", SOURCES)
def test_nothing_refused_is_shown(
    matrix: Matrix, values: dict[str, dict[str, set[str]]], source: str, chosen: list[frozenset[str]]
) -> None:
    subjects = [matrix.stand_up(scopes, source, state) for state in STATES for scopes in chosen]
    matrix.serving.advance(days=1)
    found = {}
    for subject in subjects:
        if wrong := _leaks_of(matrix, values[source], subject):
            found[subject.state, "+".join(sorted(subject.scopes)) or "nothing"] = wrong
    assert not found


def _leaks_of(matrix: Matrix, values: dict[str, set[str]], subject: Subject) -> list[tuple[str, str, str]]:
    allowed, shown, found = effective(subject.scopes, subject.state), set[str](), []
    for operation, body in matrix.answers(subject):
        CHECKS["answers"] += 1
        found += [(operation, *leak) for leak in leaks(values, allowed, body)]
        shown |= {scope for scope in allowed if any(value in body for value in values[scope])}
    expected = {scope for scope in allowed if values[scope] and scope != PERSON_DETAIL}
    if TRANSACTION_DETAIL not in subject.scopes and ACCOUNT_BASIC not in subject.scopes:
        expected = set()
    assert expected <= shown, f"{subject}: agreed and not shown: {expected - shown}"
    return found
