"""Forms and links that a role may not use: each page, each role; what a form's own refusal would say stands beside it, disabled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from bowerbird.domain.operators.roles import Right, may
from bowerbird.model.http import UrlMap
from bowerbird.model.reading import Role
from bowerbird.web.kernel.page import Page
from tests.pages import ALL_PAGES
from tests.receiver import Receiver
from tests.serving import Serving
from tests.web.client import Pages, make_operator, session_of
from tests.web.page_visits import SIGNED_OUT, PageVisits

FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
REFUSED = re.compile(r'<fieldset disabled class="refused">.*</fieldset><p class="soft small">This takes the role (\w+)\.</p>\Z', re.DOTALL)
OPENER = re.compile(r'<button type="button" class="[^"]*" disabled>[^<]*</button><p class="soft small">This takes the role (\w+)\.</p>')
LINK = re.compile(r'<a\b[^>]*\bhref="([^"]*)"')


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageVisits]:
    with (
        Receiver() as receiver,
        Serving(tmp_path_factory.mktemp("roles") / "data", start=None, sandbox_controls=True, outbound_allow=receiver.host) as running,
    ):
        made = PageVisits(running, receiver)
        yield made
        made.person.close()


def right_of(urls: UrlMap[dict[str, Page]], method: str, address: str) -> Right | None:
    """What an address needs; None where it is no operator's page."""
    pages, _ = urls.find(re.split("[?#]", unescape(address))[0]) or ({}, {})
    page = pages.get(method)
    return page.access if page is not None and isinstance(page.access, Right) else None


def wrong_on(markup: str, urls: UrlMap[dict[str, Page]], role: Role) -> list[str]:
    """Forms that are open and would be refused, or shut and would not be; links to pages that would be refused."""
    found = []
    for attributes, content in FORM.findall(markup):
        if '"post"' not in attributes:
            continue
        action = re.search(r'action="([^"]*)"', attributes)
        assert action, attributes
        right = right_of(urls, "POST", action[1])
        if (right is not None and not may(role, right)) != bool(REFUSED.search(content)):
            found.append(f"form {action[1]}")
    links = (unescape(link) for link in LINK.findall(markup))
    return found + [f"link {link}" for link in links if (right := right_of(urls, "GET", link)) and not may(role, right)]


@pytest.mark.parametrize("role", Role)
def test_each_form_and_link_is_one_that_the_role_may_use(visits: PageVisits, role: Role) -> None:
    browser, urls = Pages(visits.serving), visits.serving.server.web.urls
    assert urls is not None
    browser.http.cookies.set("bowerbird-session", session_of(visits.serving, make_operator(visits.serving, f"{role}-1", role=role)))
    access = {page.name: page.access for page in ALL_PAGES if page.method == "GET"}
    wrong: dict[str, list[str]] = {}
    shut = 0
    for name, path in visits.paths().items():
        right = access[name]
        if not isinstance(right, Right) or not may(role, right) or name == SIGNED_OUT:
            continue
        answer = browser.get(path)
        assert answer.status_code == 200, name
        shut += answer.text.count('<fieldset disabled class="refused">') + len(OPENER.findall(answer.text))
        if found := wrong_on(answer.text, urls, role):
            wrong[name] = found
    browser.close()

    assert wrong == {}
    assert (shut == 0) == (role is Role.OWNER)


def test_templates_write_forms_as_they_are_recognised(pytestconfig: pytest.Config) -> None:
    folders = [Path("src/bowerbird/web/templates"), Path("src/bowerbird/sandbox")]
    forms = [
        form for folder in folders for file in (pytestconfig.rootpath / folder).rglob("*.html")
        for form in re.findall(r"<form\b[^>]*>", file.read_text("utf-8")) if "get" not in form
    ]  # fmt: skip
    assert len(forms) > 40
    assert [form for form in forms if ' method="post" action="' not in form] == []
