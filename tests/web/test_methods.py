"""Every page refuses the methods that are not its own with 405, and says which are."""

from __future__ import annotations

from collections import defaultdict

import httpx2
import pytest

from bowerbird.web.kernel import assets
from tests.pages import ALL_PAGES
from tests.serving import Serving
from tests.web.test_sign_in import address_of

METHODS: dict[str, set[str]] = defaultdict(set)
for _page in ALL_PAGES:
    METHODS[address_of(_page.path)].add(_page.method)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "TRACE"])
def test_a_refused_method_says_which_are_allowed(serving: Serving, method: str) -> None:
    refused = 0
    for path, allowed in METHODS.items():
        if method in allowed or "/controls" in path or path.startswith("/dashboard/requests"):  # those of the sandbox are not served here
            continue
        answer = httpx2.request(method, serving.url + path)
        said = {each.strip() for each in answer.headers["allow"].split(",")}
        assert (answer.status_code, said >= allowed, method in said) == (405, True, False), path
        refused += 1
    assert refused > 5


def test_an_asset_is_read(serving: Serving) -> None:
    path = serving.server.web.assets.address("bowerbird.css")
    assert path.startswith(assets.FOLDER)
    answer = httpx2.post(serving.url + path)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
