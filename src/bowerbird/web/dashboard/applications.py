"""Applications: who may use the server, what for, and with which keys."""

from __future__ import annotations

from functools import partial
from typing import Any

from bowerbird.domain.access import production
from bowerbird.domain.access.applications import PRODUCTS, TEST_STATEMENTS, ClockTurned, NewKey
from bowerbird.domain.access.applications import create_application as create
from bowerbird.domain.access.applications import create_key as another_key
from bowerbird.domain.access.real_data import why_closed
from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.ids import is_id
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows import applications as rows
from bowerbird.storage.rows import statistics
from bowerbird.storage.rows.real_data import real_data_since
from bowerbird.web.controls import access
from bowerbird.web.kernel import samples
from bowerbird.web.kernel.not_found import PageRefused, not_found
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

_LONGEST_NAME = 100
OVERLAPS = (("0", "at once"), ("3600", "in an hour"), ("86400", "in a day"), ("604800", "in a week"))
"""How long an old key goes on beside the new one: (seconds, in words)."""


def find(request: PageRequest) -> Any:
    """The application that the path names. Raises Refusal."""
    row = request.read(lambda session: rows.find_application(session.uow, request.path["application_id"]), tenant=EVERY_TENANT)
    if row is None:
        raise not_found("application")
    return row


def chosen(request: PageRequest) -> tuple[list[Any], Any]:
    """All applications, and the one a page is about: the one asked for, else the first. None where there is none."""
    known = list(request.read(lambda session: rows.all_applications(session.uow), tenant=EVERY_TENANT))
    wanted = request.one("application") or request.form.text("application")
    return known, next((row for row in known if row.id == wanted), known[0] if known else None)


def address(application_id: str) -> str:
    return f"/dashboard/applications/{application_id}"


def show_applications(request: PageRequest) -> PageResponse:
    return _list(request, 200, "", "")


def _list(request: PageRequest, status: int, name: str, wrong: str) -> PageResponse:
    def read(session: Session) -> list[tuple[Any, int]]:
        return [(row, statistics.count_users(session.uow, row.id)) for row in rows.all_applications(session.uow)]

    found = request.read(read, tenant=EVERY_TENANT)
    return request.show("dashboard/applications.html", status, applications=found, name=name, wrong=wrong)


def create_application(request: PageRequest) -> PageResponse:
    """An application of the sandbox; production access is another decision, on its page."""
    name = request.form.text("name")
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        return _list(request, 400, name, f"Give it a name of at most {_LONGEST_NAME} characters.")
    made = request.write(partial(create, production=False, products="all"), name, tenant=EVERY_TENANT)
    return _key_page(request, made, name, 0)


def _key_page(request: PageRequest, made: NewKey, name: str, overlap: int) -> PageResponse:
    """Answered to the form itself: the key is in no address and in no second page."""
    words = dict(OVERLAPS).get(str(overlap), "")
    return request.show("dashboard/new_key.html", made=made, name=name, overlap=words if overlap else "")


def show_application(request: PageRequest) -> PageResponse:
    application = find(request)

    def read(session: Session) -> dict[str, Any]:
        return {
            "for_good": real_data_since(session.uow) is not None,
            "keys": rows.keys_of_application(session.uow, application.id),
            "users": statistics.count_users(session.uow, application.id),
            "connections": statistics.connections_by_status(session.uow, application.id),
        }

    now = to_milliseconds(request.services.clock.now())
    found = request.read(read, tenant=application.id)
    chosen = set(filter(None, application.products.split(",")))
    return request.show(
        "dashboard/application.html",
        application=application,
        products=PRODUCTS,
        chosen=chosen,
        now=now,
        overlaps=OVERLAPS,
        may_rehearse=samples.may_rehearse(request, application),
        rehearses=TEST_STATEMENTS in chosen,
        **found,
    )


def change_application(request: PageRequest) -> PageResponse:
    """Its name and its products."""
    application, name = find(request), request.form.text("name")
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise PageRefused(
            400, "That is no name", f"Give it a name of at most {_LONGEST_NAME} characters.", ("Back", address(application.id))
        )
    kept = [TEST_STATEMENTS] if TEST_STATEMENTS in application.products.split(",") else []
    products = ",".join([*(product for product in PRODUCTS if product in request.form.all("products")), *kept])
    request.write(lambda session: rows.change_application(session.uow, application.id, name=name, products=products), tenant=EVERY_TENANT)
    return request.go(f"{address(application.id)}?done=saved")


def set_production(request: PageRequest) -> PageResponse:
    """Production access needs its name typed, since it is for good once real data has come in."""
    application, wanted = find(request), request.form.text("production") == "yes"
    if wanted and request.form.text("name") != application.name:
        text = "Type the application's name exactly, so that this happens to no other by mistake. Nothing was changed."
        raise PageRefused(400, "The name is another", text, ("Back", address(application.id)))
    change = production.give_production if wanted else production.take_production
    try:
        request.write(change, tenant=application.id)
    except ClockTurned as error:
        raise PageRefused(409, "Not in this sandbox", f"{str(error).capitalize()}.", ("Back", address(application.id))) from error
    except production.RealDataHeld as error:
        reason = request.read(lambda session: why_closed(session.uow), tenant=EVERY_TENANT)
        text = f"{reason} Production access stays, and nothing was changed."
        raise PageRefused(409, "Production access is not taken back", text, ("Back", address(application.id))) from error
    return request.go(f"{address(application.id)}?done={'production' if wanted else 'sandbox'}")


def set_test_statements_allowed(request: PageRequest) -> PageResponse:
    """Whether a sandbox application takes made-up statements; its programs then no longer hear that statements need production access."""
    application, wanted = find(request), request.form.text("rehearsal") == "yes"
    if wanted and (why := access.why_unavailable(request)):
        text = f"{why} Rehearsals need a sandbox that is started with --sandbox-controls, as `make run` does."
        raise PageRefused(409, "Not on this server", text, ("Back", address(application.id)))
    products = [product for product in application.products.split(",") if product not in ("", TEST_STATEMENTS)]
    if wanted:
        products = [*products, *(() if "statements" in products else ("statements",)), TEST_STATEMENTS]
    request.write(lambda session: rows.change_application(session.uow, application.id, products=",".join(products)), tenant=EVERY_TENANT)
    user_id = request.form.text("user")
    if is_id(user_id):
        return request.go(f"{address(application.id)}/users/{user_id}?done=rehearses")
    return request.go(f"{address(application.id)}?done={'rehearses' if wanted else 'saved'}")


def set_disabled(request: PageRequest) -> PageResponse:
    application, wanted = find(request), request.form.text("disabled") == "yes"
    request.write(lambda session: rows.set_disabled(session.uow, application.id, wanted), tenant=EVERY_TENANT)
    return request.go(f"{address(application.id)}?done={'disabled' if wanted else 'enabled'}")


def create_key(request: PageRequest) -> PageResponse:
    application = find(request)
    made = request.write(lambda session: another_key(session.in_application(application.id)), tenant=EVERY_TENANT)
    return _key_page(request, made, application.name, 0)


def rotate_key(request: PageRequest) -> PageResponse:
    """A new key now, while the old one goes on for as long as was chosen."""
    application, chosen = find(request), request.form.text("overlap")
    overlap = int(chosen) if chosen in dict(OVERLAPS) else 86_400
    ends = to_milliseconds(request.services.clock.now()) + overlap * 1000

    def rotate(session: Session) -> NewKey:
        _require_key(session, application.id, request.path["key_id"], ends)
        return another_key(session.in_application(application.id))

    return _key_page(request, request.write(rotate, tenant=EVERY_TENANT), application.name, overlap)


def revoke_key(request: PageRequest) -> PageResponse:
    application, now = find(request), to_milliseconds(request.services.clock.now())
    request.write(_require_key, application.id, request.path["key_id"], now, tenant=EVERY_TENANT)
    return request.go(f"{address(application.id)}?done=revoked")


def _require_key(session: Session, application_id: str, key_id: str, ends: int) -> None:
    """End a key of this application at a moment. Raises Refusal where there is none that is still good then."""
    own = any(key.id == key_id for key in rows.keys_of_application(session.uow, application_id))
    if not own or not rows.revoke_key(session.uow, key_id, ends):
        raise PageRefused(
            404, "No such key", "There is no key of this application here that is still good.", ("Back", address(application_id))
        )
