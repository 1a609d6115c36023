"""Applications: who may use the server, what for, and with which keys."""

from __future__ import annotations

from typing import Any

from bowerbird.domain.applications import PRODUCTS, REHEARSAL, NewKey
from bowerbird.domain.applications import create_application as create
from bowerbird.domain.applications import create_key as another_key
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.ids import is_id
from bowerbird.storage import applications as rows
from bowerbird.storage import census
from bowerbird.storage.unit_of_work import EVERY_TENANT, UnitOfWork
from bowerbird.web import trying
from bowerbird.web.refusal import Refusal, not_found
from bowerbird.web.reply import Reply
from bowerbird.web.visit import Visit

_LONGEST_NAME = 100
OVERLAPS = (("0", "at once"), ("3600", "in an hour"), ("86400", "in a day"), ("604800", "in a week"))
"""How long an old key goes on beside the new one: (seconds, in words)."""


def find(visit: Visit) -> Any:
    """The application that the path names. Raises Refusal."""
    row = visit.read(lambda uow: rows.find_application(uow, visit.path["application_id"]), tenant=EVERY_TENANT)
    if row is None:
        raise not_found("application")
    return row


def chosen(visit: Visit) -> tuple[list[Any], Any]:
    """All applications, and the one a page is about: the one asked for, else the first. None where there is none."""
    known = list(visit.read(rows.all_applications, tenant=EVERY_TENANT))
    wanted = visit.one("application") or visit.form.text("application")
    return known, next((row for row in known if row.id == wanted), known[0] if known else None)


def address(application_id: str) -> str:
    return f"/dashboard/applications/{application_id}"


def show_applications(visit: Visit) -> Reply:
    return _list(visit, 200, "", "")


def _list(visit: Visit, status: int, name: str, wrong: str) -> Reply:
    def read(uow: UnitOfWork) -> list[tuple[Any, int]]:
        return [(row, census.count_users(uow, row.id)) for row in rows.all_applications(uow)]

    found = visit.read(read, tenant=EVERY_TENANT)
    return visit.show("dashboard/applications.html", status, applications=found, name=name, wrong=wrong)


def create_application(visit: Visit) -> Reply:
    """An application of the sandbox; production access is another decision, on its page."""
    name = visit.form.text("name")
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        return _list(visit, 400, name, f"Give it a name of at most {_LONGEST_NAME} characters.")
    made = visit.write(lambda uow: create(visit.world, uow, name, production=False, products="all"), tenant=EVERY_TENANT)
    return _key_page(visit, made, name, 0)


def _key_page(visit: Visit, made: NewKey, name: str, overlap: int) -> Reply:
    """Answered to the form itself: the key is in no address and in no second page."""
    words = dict(OVERLAPS).get(str(overlap), "")
    return visit.show("dashboard/new_key.html", made=made, name=name, overlap=words if overlap else "")


def show_application(visit: Visit) -> Reply:
    application = find(visit)

    def read(uow: UnitOfWork) -> dict[str, Any]:
        return {
            "keys": rows.keys_of_application(uow, application.id),
            "users": census.count_users(uow, application.id),
            "connections": census.connections_by_status(uow, application.id),
        }

    now = to_milliseconds(visit.world.clock.now())
    found = visit.read(read, tenant=application.id)
    chosen = set(filter(None, application.products.split(",")))
    return visit.show(
        "dashboard/application.html", application=application, products=PRODUCTS, chosen=chosen, now=now, overlaps=OVERLAPS,
        may_rehearse=trying.may_rehearse(visit, application), rehearses=REHEARSAL in chosen, **found,
    )  # fmt: skip


def change_application(visit: Visit) -> Reply:
    """Its name and its products."""
    application, name = find(visit), visit.form.text("name")
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise Refusal(400, "That is no name", f"Give it a name of at most {_LONGEST_NAME} characters.", ("Back", address(application.id)))
    kept = [REHEARSAL] if REHEARSAL in application.products.split(",") else []
    products = ",".join([*(product for product in PRODUCTS if product in visit.form.all("products")), *kept])
    visit.write(lambda uow: rows.change_application(uow, application.id, name=name, products=products), tenant=EVERY_TENANT)
    return visit.go(f"{address(application.id)}?done=saved")


def set_production(visit: Visit) -> Reply:
    """Production access needs its name typed: real people's data comes in after it."""
    application, wanted = find(visit), visit.form.text("production") == "yes"
    if wanted and visit.form.text("name") != application.name:
        text = "Type the application's name exactly, so that this happens to no other by mistake. Nothing was changed."
        raise Refusal(400, "The name is another", text, ("Back", address(application.id)))
    visit.write(lambda uow: rows.change_application(uow, application.id, production=wanted), tenant=EVERY_TENANT)
    return visit.go(f"{address(application.id)}?done={'production' if wanted else 'sandbox'}")


def set_rehearsal(visit: Visit) -> Reply:
    """Whether a sandbox application takes made-up statements; its programs then no longer hear that statements need production access."""
    application, wanted = find(visit), visit.form.text("rehearsal") == "yes"
    if wanted and visit.world.controls is None:
        raise Refusal(409, "Not on this server", "Rehearsals need a server that is started with --sandbox-controls, as `make run` does.",
                      ("Back", address(application.id)))  # fmt: skip
    products = [product for product in application.products.split(",") if product not in ("", REHEARSAL)]
    if wanted:
        products = [*products, *(() if "statements" in products else ("statements",)), REHEARSAL]
    visit.write(lambda uow: rows.change_application(uow, application.id, products=",".join(products)), tenant=EVERY_TENANT)
    user_id = visit.form.text("user")
    if is_id(user_id):
        return visit.go(f"{address(application.id)}/users/{user_id}?done=rehearses")
    return visit.go(f"{address(application.id)}?done={'rehearses' if wanted else 'saved'}")


def set_disabled(visit: Visit) -> Reply:
    application, wanted = find(visit), visit.form.text("disabled") == "yes"
    visit.write(lambda uow: rows.set_disabled(uow, application.id, wanted), tenant=EVERY_TENANT)
    return visit.go(f"{address(application.id)}?done={'disabled' if wanted else 'enabled'}")


def create_key(visit: Visit) -> Reply:
    application = find(visit)
    made = visit.write(lambda uow: another_key(visit.world, uow, application.id), tenant=EVERY_TENANT)
    return _key_page(visit, made, application.name, 0)


def rotate_key(visit: Visit) -> Reply:
    """A new key now, while the old one goes on for as long as was chosen."""
    application, chosen = find(visit), visit.form.text("overlap")
    overlap = int(chosen) if chosen in dict(OVERLAPS) else 86_400
    ends = to_milliseconds(visit.world.clock.now()) + overlap * 1000

    def rotate(uow: UnitOfWork) -> NewKey:
        _require_key(uow, application.id, visit.path["key_id"], ends)
        return another_key(visit.world, uow, application.id)

    return _key_page(visit, visit.write(rotate, tenant=EVERY_TENANT), application.name, overlap)


def revoke_key(visit: Visit) -> Reply:
    application, now = find(visit), to_milliseconds(visit.world.clock.now())
    visit.write(lambda uow: _require_key(uow, application.id, visit.path["key_id"], now), tenant=EVERY_TENANT)
    return visit.go(f"{address(application.id)}?done=revoked")


def _require_key(uow: UnitOfWork, application_id: str, key_id: str, ends: int) -> None:
    """End a key of this application at a moment. Raises Refusal where there is none that is still good then."""
    own = any(key.id == key_id for key in rows.keys_of_application(uow, application_id))
    if not own or not rows.revoke_key(uow, key_id, ends):
        raise Refusal(404, "No such key", "There is no key of this application here that is still good.", ("Back", address(application_id)))
