"""Every code that can end a job, as the person at the consent page reads it: what happened, and a next step that leads somewhere."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest

from bowerbird import codes
from bowerbird.web.consent.plain_words import NO_LIST, PLAIN, Next
from bowerbird.web.consent.refused_files import REASONS
from tests.serving import Serving
from tests.web.client import Pages
from tests.web.job_failures import IN_JOBS, job_failure

BUTTONS = {
    Next.LOGIN: "Enter your details again",
    Next.AGAIN: "Try again",
    Next.LATER: "Try again now",
    Next.FILE: "Choose another file",
    Next.OTHER: "Choose another bank",
}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """As `make run` starts it: the recipes turn its clock and its limits."""
    with Serving(tmp_path_factory.mktemp("mishaps"), start=None, sandbox_controls=True) as running:
        yield running


@pytest.mark.parametrize("key", IN_JOBS)
def test_each_code_has_a_next_step_that_works(sandbox: Serving, key: str) -> None:
    """In the words that are this code's alone; the button of the next step is there, and leads to a page."""
    failed, person = job_failure(sandbox, key), Pages(sandbox)
    person.get(failed.home)
    page = person.get("/home/consent").text
    seal = re.search(r'name="policy" value="([0-9a-f]{64})"', page)
    assert seal
    person.send("/home/consent", {"policy": seal[1], "scope": re.findall(r'name="scope" value="([^"]+)" checked', page)})
    text = html.unescape(person.get(f"/home/jobs/{failed.job_id}").text)
    plain, entry = PLAIN[key], codes.CATALOGUE[key]
    title = re.search(r"<h1>(.*?)</h1>", text)
    assert title
    words = [
        (plain.title, plain.text),
        *([NO_LIST[:2]] if entry is codes.CSV_MISSING_FIELD else []),
        *((reason.title, reason.text) for reason in REASONS if reason.key == key),
    ]
    assert [(head, body) for head, body in words if re.fullmatch(_as_pattern(head), title[1]) and re.search(_as_pattern(body), text)]
    assert f"quote <code>{entry.code}</code>" in text
    assert f">{BUTTONS[plain.next]}<" in text
    assert _follow(person, text, BUTTONS[plain.next]) == 200
    person.close()


def _as_pattern(words: str) -> str:
    """Words with anything in their placeholders."""
    return re.sub(r"\\{\w+\\}", "[^<]+", re.escape(words))


def _follow(person: Pages, text: str, button: str) -> int:
    """The status of the page that a button leads to, a link or a form."""
    link = re.search(rf'<a class="[^"]*" href="([^"]+)">{button}</a>', text)
    if link:
        return person.get(link[1]).status_code
    form = re.search(rf'<form method="post" action="([^"]+)"><input type="hidden" name="csrf" value="([^"]+)"><button[^>]*>{button}', text)
    assert form, f"{button} is neither a link nor a form"
    return person.get(person.http.post(form[1], data={"csrf": form[2]}).headers["location"]).status_code


def test_no_two_codes_share_their_words() -> None:
    """So that none falls back to a text that fits all."""
    assert set(PLAIN) == set(IN_JOBS)
    titles = [plain.title for plain in PLAIN.values()]
    assert len(set(titles)) == len(titles) == len({plain.text for plain in PLAIN.values()})
