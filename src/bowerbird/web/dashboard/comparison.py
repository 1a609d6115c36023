"""A user's figures of now beside those of a report or summary that was made before."""

from __future__ import annotations

from typing import NamedTuple

from bowerbird.domain.insights.comparison import Comparison, ListedSnapshot, compare_with_now, list_comparable
from bowerbird.domain.insights.money import CurrentMoney
from bowerbird.domain.services import Session
from bowerbird.model.problem import Problem
from bowerbird.web.dashboard import applications, users
from bowerbird.web.dashboard.users import Person
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse, not_found


class _Shown(NamedTuple):
    """`refusal` says why nothing may be compared; `chosen` is the snapshot that is compared, None for none yet."""

    person: Person
    listed: list[ListedSnapshot]
    chosen: ListedSnapshot | None = None
    current: CurrentMoney | None = None
    comparison: Comparison | None = None
    refusal: str = ""


def _read(session: Session, request: PageRequest) -> _Shown:
    person, wanted = users.find(request, session), request.one("snapshot")
    try:
        listed = list_comparable(session)
        chosen = next((each for each in listed if each.snapshot.id == wanted), None)
        if chosen is None:
            return _Shown(person, listed)
        return _Shown(person, listed, chosen, *compare_with_now(session, chosen))
    except Problem as problem:
        return _Shown(person, [], refusal=problem.detail)


def show_comparison(request: PageRequest) -> PageResponse:
    """What changed since a snapshot, and why; without one, which there are."""
    application, user_path = applications.find(request), users.address(users.tenant_of(request))
    shown = request.read(_read, request)
    if request.one("snapshot") and shown.chosen is None and not shown.refusal:
        raise not_found("snapshot")
    return request.show(
        "dashboard/comparison.html", application=application, user_path=user_path, path=f"{user_path}/money", **shown._asdict()
    )
