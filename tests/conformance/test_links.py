"""Links: absolute, on the public URL, and leading somewhere."""

from __future__ import annotations

from tests.conformance.exchanges_of_tests import Journey, urls_in


def test_every_link_leads_somewhere(journey: Journey) -> None:
    """A challenge's link takes answers only: asking it says that POST is what it takes.

    A consent is deleted under its address, but read in the list alone.
    """
    dead = [(status, url) for status, url in journey.dead_links if not (status == 405 and (url.endswith("/mfa") or "/consents/" in url))]
    assert dead == []
    assert journey.links_followed > 500


def test_only_jobs_still_name_a_deleted_connection(journey: Journey) -> None:
    """A job is history: its source and its first step's result keep the address of the connection they were about."""
    (gone,) = {url.removeprefix(journey.serving.url) for _, url in journey.left_behind}
    assert "/connections/" in gone
    assert {status for status, _ in journey.left_behind} == {404}


def test_every_link_is_absolute(journey: Journey) -> None:
    """All but the paths in the results of steps, which the published examples write without a host."""
    steps = journey.record.exchanges
    given = {url for each in steps for url in urls_in(each)}
    assert {url for url in given if not url.startswith((f"{journey.serving.url}/", "/users/", "/reports/"))} == set()
    relative = {url for url in given if url.startswith("/")}
    results = {
        step["result"]["url"]
        for each in steps
        if each.status == 200 and each.path.startswith("/jobs/")
        for step in each.json()["steps"]
        if step["result"] and "url" in step["result"]
    }
    assert relative <= results
