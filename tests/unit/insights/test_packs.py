"""Rule packs: their form, their licences, and that no labelled line is a rule."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bowerbird.insights.leaves import LEAVES
from bowerbird.insights.lexicon import build_lexicon
from bowerbird.plugins.packs import lexicon, packs, rules_version
from bowerbird.sdk.pack import PackError, read_pack, words_of
from tests.unit.insights.labelled_lines import DEV, TRAPS, rows_of

HEAD = 'source = "made up"\nlicence = "Apache-2.0"\n'


def test_every_pack_says_where_it_comes_from() -> None:
    assert {pack.id for pack in packs()} >= {"au_names", "au_words", "au_lenders", "au_government", "au_phrases", "au_places"}
    for pack in packs():
        assert pack.source
        assert pack.licence in {"Apache-2.0", "BSD-3-Clause", "CC-BY-4.0"}


def test_no_labelled_line_is_a_rule() -> None:
    """A rule for one line says nothing about the next: a phrase is a name or a trade, never a text."""
    known = lexicon().entries
    for file in (DEV, TRAPS):
        for row in rows_of(file):
            words = words_of(row["description"])
            if len(words) > 4:
                assert " ".join(words) not in known, row["description"]
                assert " ".join(words[1:]) not in known, row["description"]


def test_names_of_a_pack() -> None:
    text = HEAD + '[names]\n"fuel/refund" = "Shell?|shell servo, O\'Brien & Co!"\n'
    names = read_pack(text, "x").names
    assert [(name.words, name.merchant, name.leaf, name.credit_leaf, name.common, name.needs_sign) for name in names] == [
        ("shell", "Shell", "fuel", "refund", True, False),
        ("shell servo", "Shell", "fuel", "refund", False, False),
        ("obrien and co", "O'Brien & Co", "fuel", "refund", False, True),
    ]


@pytest.mark.parametrize("text", ["", "licence = 'x'", HEAD + "names = 1", HEAD + "[[rule]]\nleaf = 'fuel'", "["])
def test_a_pack_that_is_none(text: str) -> None:
    with pytest.raises(PackError, match="pack x"):
        read_pack(text, "x")


def test_a_leaf_that_is_none() -> None:
    with pytest.raises(PackError, match="spaceships"):
        build_lexicon([read_pack(HEAD + '[nouns]\nspaceships = "rocket"\n', "x")])


def test_the_version_follows_the_packs() -> None:
    assert len(rules_version()) == 12
    assert rules_version() == rules_version()


def test_every_leaf_has_a_group_and_the_risky_ones_are_marked() -> None:
    assert {leaf.id for leaf in LEAVES.values() if leaf.risky} >= {"bnpl", "sacc", "gambling", "collection", "motor_finance", "insolvency"}
    assert all(leaf.group == "OWN" or leaf.group[:4] in ("EXP-", "INC-") for leaf in LEAVES.values())


def test_a_server_reads_no_pack_before_its_first_use() -> None:
    code = "import bowerbird.wiring.server, bowerbird.cli.serve, bowerbird.plugins.packs as p; print(p.lexicon.cache_info().currsize)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0"]
