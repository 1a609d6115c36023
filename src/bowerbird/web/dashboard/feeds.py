"""Feeds of a user, as operators make and revoke them: what lets the user's budgeting app read their accounts over SimpleFIN."""

from __future__ import annotations

from functools import partial

from bowerbird.domain.feeds import feeds
from bowerbird.model.problem import Problem
from bowerbird.web.consent.apps import pending_of
from bowerbird.web.dashboard import applications, users
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse, not_found


def create_feed(request: PageRequest) -> PageResponse:
    """Make a feed and show its setup token, once."""
    application, tenant = applications.find(request), users.tenant_of(request)
    person = request.read(partial(users.find, request))
    try:
        key = request.write(feeds.create_feed, request.form.text("name"), pending_of(request))
    except feeds.TooManyFeeds:
        return users.user_page(request, 409, [f"There are {feeds.MAX_FEEDS} feeds already: revoke one that is not used any more."])
    except Problem as problem:
        return users.user_page(request, 403, [problem.detail])
    return request.show(
        "dashboard/new_feed.html", application=application, person=person, here_path=users.address(tenant),
        token=feeds.setup_token(request.context.public_url, key), days=feeds.CLAIM_DAYS,
    )  # fmt: skip


def revoke_feed(request: PageRequest) -> PageResponse:
    if not request.write(feeds.delete_feed, request.path["feed_id"]):
        raise not_found("feed")
    return request.go(f"{users.address(users.tenant_of(request))}?done=feed-revoked")
