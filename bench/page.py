"""The hot page: 500 transactions, joined anew and from the cache, plain and filtered."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

from bench.measure import Compared, Effort, Row, Side, compare, microseconds
from bench.pair import PEOPLE, ROWS_EACH, Pair, both
from bench.people import PLAIN, Town, enrich_all, settle_town
from bench.places import folder
from bench.processes import Server

MIN_TIMES = 45
MIN_TIMES_HELD = 120
MIN_SHARE = 0.65
MAX_FILTERED = 1.2
MAX_ENRICHED, MAX_NOT_ENRICHED = 1.25, 1.02


def run(effort: Effort) -> list[Row]:
    """Bars: 45 times less CPU than the baseline, 120 where the page is held or unchanged, 65 % of an app that answers constant bytes.

    Beside the plain page: filters at most 1.2 times, enrichment 1.25; without the product, 1.02 times what a server costs that has none.
    """
    with both("page") as pair:
        pages = [f"{user}/transactions" for user in pair.users()]
        rows = [pair.row("page of 500, joined anew", pages, effort, MIN_TIMES)]
        rows += _as_clients_ask(pair, pages[0], effort)
        rows += _cached(pair, pages[0], effort)
        if not effort.quick:
            rows += [pair.row(f"page, {name}", paths, effort) for name, paths in _filtered(pair).items()]
        rows += _beside_the_plain(pair, pages, effort)
    return [*rows, *_enriched(effort)]


def _as_clients_ask(pair: Pair, path: str, effort: Effort) -> list[Row]:
    """One page again and again, compressed, and by a client that has it; the baseline compresses nothing and knows no validator."""
    pair.check_same(path)
    gzip = {"Accept-Encoding": "gzip"}
    sides = [
        pair.ours.side("held", [path], gzip),
        pair.ours.side("unchanged", [path], gzip | {"If-None-Match": pair.ours.etag(path)}),
        pair.baseline.side("baseline", [path], gzip),
    ]
    found = compare(sides, effort).seconds
    theirs = found["baseline"]
    return [_times(f"page of 500, gzip, {name}", found[name], theirs) for name in ("held", "unchanged")]


def _times(what: str, ours: float, theirs: float) -> Row:
    least = f"≥ {MIN_TIMES_HELD} × less"
    return Row(
        what, microseconds(ours), f"{microseconds(theirs)} FastAPI", f"{theirs / ours:.0f} × less", least, theirs / ours >= MIN_TIMES_HELD
    )


def _filtered(pair: Pair) -> dict[str, list[str]]:
    """Filters, of every user in turn."""
    people = pair.town.people
    return {
        "account.id.eq": [f"{_list(p.tenant.user_id)}account.id.eq('{p.account_ids[0]}')" for p in people],
        "transaction.postDate.bt": [f"{_list(p.tenant.user_id)}transaction.postDate.bt('2025-01-01','2025-12-31')" for p in people],
        "transaction.class.eq": [f"{_list(p.tenant.user_id)}transaction.class.eq('payment')" for p in people],
    }


def _beside_the_plain(pair: Pair, pages: list[str], effort: Effort) -> list[Row]:
    """Filtered pages of our own beside the page without a filter."""
    filtered = _filtered(pair)
    found = compare([pair.ours.side(name, paths) for name, paths in {"plain": pages, **filtered}.items()], effort)
    return [_beside(f"page, {name}, beside the plain page", found, name, "plain", MAX_FILTERED) for name in filtered]


def _list(user_id: str) -> str:
    return f"/users/{user_id}/transactions?filter="


def _cached(pair: Pair, path: str, effort: Effort) -> list[Row]:
    """The same page again and again, beside apps that answer its bytes from a constant."""
    file = pair.folder / "page.json"
    file.write_bytes(pair.ours.get(path))
    constant = ["-m", "bench.constant"]
    with (
        Server([*constant, "framework", str(file), "{port}"], "/any", pair.folder) as framework,
        Server([*constant, "bare", str(file), "{port}"], "/any", pair.folder) as bare,
    ):
        for server in (framework, bare):
            server.headers = pair.ours.headers
        sides = [pair.ours.side("ours", [path]), framework.side("framework", [path]), bare.side("bare", [path])]
        found = compare(sides, effort)
    share, floor = found.ratios["framework"], found.ratios["bare"]
    ours = microseconds(found.seconds["ours"])
    same = f"{microseconds(found.seconds['framework'])} same bytes, Litestar"
    under = f"{microseconds(found.seconds['bare'])} same bytes, bare ASGI"
    return [
        Row("page of 500, cached", ours, same, f"{share:.0%} of it", f"≥ {MIN_SHARE:.0%}", share >= MIN_SHARE),
        Row("page of 500, cached", ours, under, f"{floor:.0%} of it"),
    ]


def _enriched(effort: Effort) -> list[Row]:
    """Pages with what transactions mean, beside the same pages without; and those beside a server that knows of no enrichment. All are
    joined anew. What the second costs is small, so its rounds are many."""
    with folder("enriched") as place:
        towns = {
            name: settle_town(place / name, PEOPLE, ROWS_EACH, products=products) for name, products in (("plain", PLAIN), ("full", "all"))
        }
        enrich_all(towns["full"])
        with ExitStack() as stack:
            sides = [_side(stack, name, town) for name, town in towns.items()]
            full = compare(sides, effort)
            without = _side(stack, "without", towns["plain"], ["-m", "bench.without", "enrichment"])
            off = compare([without, sides[0]], replace(effort, rounds=effort.rounds * 5))
    return [
        _beside("page of 500 with enrichment", full, "full", "plain", MAX_ENRICHED),
        _beside("page of 500, product off", off, "plain", "without", MAX_NOT_ENRICHED),
    ]


def _beside(what: str, found: Compared, name: str, base: str, most: float) -> Row:
    ratio = found.ratios[name]
    said = f"{ratio:.2f} ×" if most > 1.1 else f"{ratio:.3f} ×"
    ours, theirs = microseconds(found.seconds[name]), microseconds(found.seconds[base])
    return Row(what, ours, f"{theirs} {base}", said, f"≤ {most:g} ×", ratio <= most)


def _side(stack: ExitStack, name: str, town: Town, program: Sequence[str] = ("-m", "bowerbird")) -> Side:
    server = stack.enter_context(Server([*program, *town.command[2:]], "/healthz", town.folder))
    server.headers = town.headers
    return server.side(name, [f"/users/{person.tenant.user_id}/transactions" for person in town.people])
