"""A person's own budgeting apps: a setup token to paste into one, what reads their accounts today, and the end of it."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from bowerbird.domain.feeds import feeds
from bowerbird.domain.feeds.feeds import FeedRow
from bowerbird.domain.services import Session
from bowerbird.model.problem import Problem
from bowerbird.model.reading import PendingRows
from bowerbird.web.consent import own_data
from bowerbird.web.consent.sign_in import PageFrame, page_frame
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse

PATH = "/home/apps"
PENDING = [
    (PendingRows.POSTED, "Posted transactions only"),
    (PendingRows.STABLE, "Pending transactions too"),
    (PendingRows.ADJUSTED, "Pending transactions too, a changed amount as a row of its own"),
]
"""What a person chooses among: an app does not correct an amount that changes when it is posted."""


class _Apps(NamedTuple):
    """What the page shows."""

    feeds: list[FeedRow]
    frame: PageFrame


def _read(request: PageRequest, session: Session) -> _Apps:
    return _Apps(feeds.list_feeds(session), page_frame(request, session))


def show_apps(request: PageRequest) -> PageResponse:
    return _page(request, 200)


def _page(request: PageRequest, status: int, *, wrong: str = "", token: str = "") -> PageResponse:
    """The page; `wrong` says why no token was made, `token` is the one that was made just now, which is shown once."""
    apps = request.read(partial(_read, request))
    return request.show(
        "consent/apps.html", status, feeds=apps.feeds, pending=PENDING, wrong=wrong, token=token, days=feeds.CLAIM_DAYS,
        is_full=len(apps.feeds) >= feeds.MAX_FEEDS, proven=request.person.is_proven, **apps.frame._asdict(),
    )  # fmt: skip


def create_own_feed(request: PageRequest) -> PageResponse:
    """Make a feed and show its setup token, once; without a proof the page where the code is entered."""
    if not request.person.is_proven:
        return request.go(own_data.PATH)
    try:
        key = request.write(feeds.create_feed, request.form.text("name"), pending_of(request))
    except feeds.TooManyFeeds:
        return _page(request, 409, wrong=f"There are {feeds.MAX_FEEDS} apps already. Disconnect one that you do not use any more.")
    except Problem:
        return _page(request, 403, wrong="You are not sharing any data at the moment, so there is nothing an app could read.")
    return _page(request, 200, token=feeds.setup_token(request.context.public_url, key))


def pending_of(request: PageRequest) -> PendingRows:
    """What the form says of pending transactions; a text that is none of its choices means the first."""
    chosen = request.form.text("pending")
    return PendingRows(chosen) if chosen in set(PendingRows) else PENDING[0][0]


def revoke_own_feed(request: PageRequest) -> PageResponse:
    if not request.write(feeds.delete_feed, request.path["feed_id"]):
        raise PageRefused(404, "There is no such app", "It may be disconnected already.", ("Your apps", PATH))
    return request.go(f"{PATH}?done=revoked")
