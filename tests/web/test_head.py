"""HEAD of every page and download: the headers of GET without its body; a method that a page does not take names those it does."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.web.client import Pages
from tests.web.page_visits import PageVisits
from tests.web.test_weight import page_visits as page_visits  # noqa: PLC0414  (the fixture)

_SAME = ("content-type", "content-length", "cache-control", "content-security-policy", "location", "content-disposition", "retry-after")


@pytest.fixture(scope="module")
def pages(page_visits: PageVisits) -> Iterator[Pages]:
    opened = Pages(page_visits.serving)
    for name, value in page_visits.cookies.items():
        opened.http.cookies.set(name, value)
    yield opened
    opened.close()


def downloads_of(page_visits: PageVisits) -> list[str]:
    person = f"/dashboard/applications/{page_visits.app.id}/users/{page_visits.user}"
    return [f"{person}/statements/{page_visits.statement}/pages/1", "/docs/samples/statement.csv", "/nothing", "/dashboard/nothing"]


def test_head_answers_as_get_does(page_visits: PageVisits, pages: Pages) -> None:
    assets = [path for path in _paths_in(pages.get("/dashboard").text) if path.startswith("/assets/")]
    assert assets
    for path in [*page_visits.paths().values(), *downloads_of(page_visits), *assets]:
        whole, head = pages.get(path), pages.http.head(path)
        assert (head.status_code, head.content) == (whole.status_code, b""), path
        for name in _SAME:
            assert head.headers.get(name) == whole.headers.get(name), (path, name)


def _paths_in(page: str) -> list[str]:
    return [part.partition('"')[0] for part in page.replace("href=", "src=").split('src="')[1:]]


def test_no_body_follows_the_head(page_visits: PageVisits) -> None:
    """On the wire: what follows on the same connection is the next answer."""
    with socket.create_connection(("127.0.0.1", page_visits.serving.port), 30) as line:
        line.sendall(b"HEAD /dashboard/sign-in HTTP/1.1\r\nHost: x\r\n\r\nHEAD /docs HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = b""
        while piece := line.recv(65_536):
            answer += piece
    heads = answer.split(b"\r\n\r\n")
    assert [head[:13] for head in heads] == [b"HTTP/1.1 200 ", b"HTTP/1.1 200 ", b""]


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", "/dashboard", "GET, HEAD"),
        ("DELETE", "/dashboard/sign-in", "GET, HEAD, POST"),
        ("GET", "/dashboard/sign-out", "POST"),
        ("PUT", "/home/consent", "GET, HEAD, POST"),
        ("POST", "/assets/nothing.css", "GET, HEAD"),
    ],
)
def test_a_refused_method_names_the_others(pages: Pages, method: str, path: str, allow: str) -> None:
    answer = pages.http.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allow)
