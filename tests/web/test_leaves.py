"""The page of connectors and layouts lists every one with its institutions, its tier and where its facts come from."""

from __future__ import annotations

import html
import re

from bowerbird.plugins.registry import LeafKind, discover
from bowerbird.sdk.leaf import TIER_MEANINGS, LeafTier
from tests.web.client import Pages


def cells(row: str) -> list[str]:
    return [html.unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]


def test_every_leaf_is_listed_with_its_tier(ana: Pages) -> None:
    page = ana.get("/dashboard/connectors").text
    rows = {row[0]: row[1:] for row in map(cells, re.findall(r"<tr><th scope=\"row\">.*?</tr>", page))}
    plugins = discover()
    sources = {leaf.id: leaf.source or "–" for leaf in plugins.leaves if leaf.kind is not LeafKind.CONNECTOR}
    assert {leaf.id: leaf.tier.capitalize() for leaf in plugins.leaves} == {name: row[1] for name, row in rows.items()}
    assert sources == {name: row[2] for name, row in rows.items() if name in sources}
    assert rows["simplefin"][2] == "2 customers at once; 24 requests in 24 hours of each login"
    assert (rows["up"][2], rows["sandbox"][2]) == ("2 customers at once", "–")
    assert rows["stgeorge.export"][0] == "St.George Bank, Bank of Melbourne, BankSA"
    assert rows["published.2020"][0] == "Any"


def test_the_page_says_what_the_tiers_mean(ana: Pages) -> None:
    page = html.unescape(ana.get("/dashboard/connectors").text)
    assert all(text in page for text in TIER_MEANINGS.values())
    assert set(TIER_MEANINGS) == set(LeafTier)


def test_only_an_operator_sees_it(unknown_bank: Pages) -> None:
    assert unknown_bank.get("/dashboard/connectors").status_code == 303
