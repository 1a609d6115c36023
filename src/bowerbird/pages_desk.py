"""What the pages are handed of the API and of the settings, neither of which they know."""

from __future__ import annotations

from functools import partial

from bowerbird.api.call import Desk
from bowerbird.api.control.faults import answers
from bowerbird.api.openapi import document
from bowerbird.outbound.again import send_again
from bowerbird.outbound.recipes import try_recipe
from bowerbird.web.desk import WebDesk


def build_web_desk(desk: Desk, admin_secret: str) -> WebDesk:
    """The desk of the pages beside an API's; what asks this server over HTTP is there only with the sandbox's control plane."""
    web = WebDesk(desk.world, desk.public_url, desk.tokens, forks=desk.forks, answers=answers, describe=partial(document, desk.public_url))
    if desk.world.controls is not None:
        web.try_recipe = partial(try_recipe, desk.public_url, admin_secret)
        web.send_again = partial(send_again, desk.public_url)
    return web
