"""The page of connectors and layouts lists every one with its institutions, its tier and where its facts come from."""

from __future__ import annotations

import html
import re

from bowerbird.plugins.registry import discover
from bowerbird.sdk.leaf import TIER_MEANINGS, LeafTier
from tests.web.client import Pages


def cells(row: str) -> list[str]:
    return [html.unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]


def test_every_leaf_is_listed_with_its_tier(ana: Pages) -> None:
    page = ana.get("/dashboard/connectors").text
    rows = {row[0]: row[1:] for row in map(cells, re.findall(r"<tr><th scope=\"row\">.*?</tr>", page))}
    assert {leaf.id: (leaf.tier.capitalize(), leaf.source or "–") for leaf in discover().leaves} == {
        name: (tier, source) for name, (_, tier, source) in rows.items()
    }
    assert rows["stgeorge.export"][0] == "St.George Bank, Bank of Melbourne, BankSA"
    assert rows["published.2020"][0] == "Any"


def test_the_page_says_what_the_tiers_mean(ana: Pages) -> None:
    page = html.unescape(ana.get("/dashboard/connectors").text)
    assert all(text in page for text in TIER_MEANINGS.values())
    assert set(TIER_MEANINGS) == set(LeafTier)


def test_only_an_operator_sees_it(unknown_bank: Pages) -> None:
    assert unknown_bank.get("/dashboard/connectors").status_code == 303
