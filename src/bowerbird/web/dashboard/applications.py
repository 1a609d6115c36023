"""Applications: who may use the server, what for, and with which keys."""

from __future__ import annotations

from bowerbird.domain.access import applications
from bowerbird.domain.access.applications import PRODUCTS, TEST_STATEMENTS, ApplicationRow, ClockTurned, NewKey, RealDataHeld
from bowerbird.domain.connections import schedule
from bowerbird.domain.consents import receipts
from bowerbird.domain.operators import server
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.days import DAY_S
from bowerbird.model.ids import is_id
from bowerbird.web.kernel import samples
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse, not_found

_LONGEST_NAME = 100
_RECEIPTS_SHOWN = 10
OVERLAPS = (("0", "at once"), ("3600", "in an hour"), ("86400", "in a day"), ("604800", "in a week"))
"""How long an old key or secret goes on beside the new one: (seconds, in words)."""


def chosen_overlap_s(request: PageRequest) -> int:
    """How long an old key or secret goes on, as the form says: a day where it says nothing that is offered."""
    chosen_s = request.form.text("overlap")
    return int(chosen_s) if chosen_s in dict(OVERLAPS) else DAY_S


def in_words(overlap_s: int) -> str:
    """When an old key or secret ends; empty where it ended at once."""
    return dict(OVERLAPS)[str(overlap_s)] if overlap_s else ""


def find(request: PageRequest) -> ApplicationRow:
    """The application that the path names. Raises PageRefused."""
    application_id = request.path["application_id"]
    row = request.read(applications.find_application, tenant=application_id) if is_id(application_id) else None
    if row is None:
        raise not_found("application")
    return row


def chosen(request: PageRequest) -> tuple[list[ApplicationRow], ApplicationRow | None]:
    """All applications, and the one a page is about: of the path, else the one asked for, else the first. None where there is none."""
    known = server.list_applications(request.services)
    wanted = request.path.get("application_id") or request.one("application") or request.form.text("application")
    return known, next((row for row in known if row.id == wanted), known[0] if known else None)


def address(application_id: str) -> str:
    return f"/dashboard/applications/{application_id}"


REFRESHES = (
    ("", "As usual: live connections each night, test banks never"), ("0", "Never"), ("1", "Every hour"), ("6", "Every 6 hours"),
    ("12", "Every 12 hours"), ("24", "Each night, test banks too"), ("168", "Each week"),
)  # fmt: skip
"""How often connections are refreshed by themselves: (hours, in words)."""


def show_applications(request: PageRequest) -> PageResponse:
    return _list(request, 200, "", "")


def _list(request: PageRequest, status: int, name: str, wrong: str) -> PageResponse:
    rows = server.list_applications_with_users(request.services)
    return request.show("dashboard/applications.html", status, applications=rows, name=name, wrong=wrong)


def _is_name(text: str) -> bool:
    return bool(text) and len(text) <= _LONGEST_NAME and text.isprintable()


def create_application(request: PageRequest) -> PageResponse:
    """An application of the sandbox; production access is another decision, on its page."""
    name = request.form.text("name")
    if not _is_name(name):
        return _list(request, 400, name, f"Enter a name of at most {_LONGEST_NAME} characters.")
    return _key_page(request, server.create_application(request.services, name), name, 0)


def _key_page(request: PageRequest, made: NewKey, name: str, overlap_s: int) -> PageResponse:
    """The response to the form itself: the key is in no address and on no second page."""
    return request.show("dashboard/new_key.html", made=made, name=name, overlap=in_words(overlap_s))


def show_application(request: PageRequest) -> PageResponse:
    application = find(request)
    return request.show(
        "dashboard/application.html",
        application=application,
        summary=request.read(applications.get_summary),
        products=PRODUCTS,
        now=to_milliseconds(request.services.clock.now()),
        overlaps=OVERLAPS,
        refreshes=_refreshes(request.read(schedule.get_schedule).hours),
        may_allow_test_statements=samples.may_rehearse(request, application),
        test_statements_allowed=TEST_STATEMENTS in application.products,
        receipts=request.read(receipts.newest_user_deletions, _RECEIPTS_SHOWN),
    )


def _refreshes(hours: int | None) -> list[tuple[str, str, bool]]:
    """The choices, each with whether it is in force; hours that only the API can set are one more."""
    current = "" if hours is None else str(hours)
    known = dict(REFRESHES)
    more = [] if current in known else [(current, f"Every {current} hours")]
    return [(value, words, value == current) for value, words in (*REFRESHES, *more)]


def change_application(request: PageRequest) -> PageResponse:
    """Its name, its products, and how often its connections are refreshed by themselves."""
    application, name = find(request), request.form.text("name")
    if not _is_name(name):
        text = f"Enter a name of at most {_LONGEST_NAME} characters."
        raise PageRefused(400, "That is no name", text, ("Back", address(application.id)))
    request.write(applications.update_application, name, request.form.all("products"))
    chosen_hours = request.form.all("refresh_hours")
    hours = request.read(schedule.get_schedule).hours
    if chosen_hours and chosen_hours[0] in dict(REFRESHES) and chosen_hours[0] != ("" if hours is None else str(hours)):
        request.write(schedule.update_schedule, int(chosen_hours[0]) if chosen_hours[0] else None)
    return request.go(f"{address(application.id)}?done=saved")


def set_production(request: PageRequest) -> PageResponse:
    """Production access needs its name typed, since it is for good once real data has come in."""
    application, wanted = find(request), request.form.text("production") == "yes"
    if wanted and request.form.text("name") != application.name:
        text = "Type the application's name exactly, so that no other is changed by mistake. Nothing was changed."
        raise PageRefused(400, "The name does not match", text, ("Back", address(application.id)))
    change = applications.give_production if wanted else applications.take_production
    try:
        request.write(change)
    except ClockTurned as error:
        raise PageRefused(409, "Not in this sandbox", f"{str(error).capitalize()}.", ("Back", address(application.id))) from error
    except RealDataHeld as error:
        text = f"{server.why_closed(request.services)} Production access stays, and nothing was changed."
        raise PageRefused(409, "Production access cannot be removed", text, ("Back", address(application.id))) from error
    return request.go(f"{address(application.id)}?done={'production' if wanted else 'sandbox'}")


def set_test_statements_allowed(request: PageRequest) -> PageResponse:
    """Whether a sandbox application takes test statements; its programs then get no refusal that asks for production access."""
    application, wanted = find(request), request.form.text("rehearsal") == "yes"
    if wanted and (why := request.context.hooks.why_unavailable(request)):
        text = f"{why} Test statements need a sandbox that is started with --sandbox-controls, as `make run` does."
        raise PageRefused(409, "Not on this server", text, ("Back", address(application.id)))
    request.write(applications.set_test_statements_allowed, wanted)
    user_id = request.form.text("user")
    if is_id(user_id):
        return request.go(f"{address(application.id)}/users/{user_id}?done=rehearses")
    return request.go(f"{address(application.id)}?done={'rehearses' if wanted else 'saved'}")


def set_disabled(request: PageRequest) -> PageResponse:
    application, wanted = find(request), request.form.text("disabled") == "yes"
    request.write(applications.set_disabled, wanted)
    return request.go(f"{address(application.id)}?done={'disabled' if wanted else 'enabled'}")


def create_key(request: PageRequest) -> PageResponse:
    application = find(request)
    return _key_page(request, request.write(applications.create_key), application.name, 0)


def rotate_key(request: PageRequest) -> PageResponse:
    """A new key now, while the old one goes on for as long as was chosen."""
    application, overlap_s = find(request), chosen_overlap_s(request)
    made = request.write(applications.rotate_key, request.path["key_id"], overlap_s)
    if made is None:
        raise _no_key(application)
    return _key_page(request, made, application.name, overlap_s)


def revoke_key(request: PageRequest) -> PageResponse:
    application = find(request)
    if not request.write(applications.revoke_key, request.path["key_id"]):
        raise _no_key(application)
    return request.go(f"{address(application.id)}?done=revoked")


def _no_key(application: ApplicationRow) -> PageRefused:
    return PageRefused(404, "No such key", "This application has no such key that still works.", ("Back", address(application.id)))
