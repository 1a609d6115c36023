"""Forms that an operator's role may not send, shown disabled with the role that may: one place, for every page."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import TYPE_CHECKING

from bowerbird.domain.operators import roles
from bowerbird.domain.operators.roles import Right, RoleRefused

if TYPE_CHECKING:
    from bowerbird.web.kernel.request import PageRequest

_FORM = re.compile(r'(<form\b[^>]*?\bmethod="post" action="([^"]*)"[^>]*>)(.*?)</form>', re.DOTALL)
"""A form as the templates write it, which escape what people wrote."""


def refusal_of(request: PageRequest, action: str) -> str:
    """Why this page's operator may not send a form to an address; empty where they may, or where it is no operator's."""
    urls, operator = request.context.urls, request.operator
    if urls is None or operator is None:
        return ""
    pages, _ = urls.find(re.split("[?#]", action, maxsplit=1)[0]) or ({}, {})
    page = pages.get("POST")
    if page is None or not isinstance(page.access, Right):
        return ""
    try:
        roles.authorize(operator.role, page.access)
    except RoleRefused as refused:
        return f"This takes the role {refused.least}."
    return ""


def disable_refused(request: PageRequest, markup: str) -> str:
    """A page in which the forms that the operator's role may not send are disabled, and say why."""

    def shown(form: re.Match[str]) -> str:
        reason = refusal_of(request, unescape(form[2]))
        if not reason:
            return form[0]
        return f'{form[1]}<fieldset disabled class="refused">{form[3]}</fieldset><p class="soft small">{escape(reason)}</p></form>'

    return _FORM.sub(shown, markup) if request.operator is not None else markup
