"""What rows are once they are seen beside each other: own movements, reversals, and payers that only their regularity makes known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from bowerbird.insights.classify import CONFIDENCE, DECLARED, Enrichment, Kind, MatchEvidence
from bowerbird.insights.leaves import LEAVES
from bowerbird.insights.movements import Movement
from bowerbird.insights.pairing import may_be_other_side, own_movements, reversals
from bowerbird.insights.streams import Stream, income_streams

PATTERN_ROWS, PATTERN_STABILITY = 5, Fraction(17, 20)
"""What makes a payer that no word makes one an employer: so many payments, of which this share came when they were due."""

_RECEIVED = {"mortgage": "mortgage_repayment", "loan": "loan_repayment", "credit-card": "card_repayment"}
"""The published groups count repayments where they arrive (EXP-056 "Credits on mortgage accounts", EXP-057, EXP-061)."""


@dataclass(frozen=True, slots=True)
class RowInContext:
    """A row, what it is beside all others, the id of its other side ("" for none) and the stream of income it is part of, if any."""

    movement: Movement
    enrichment: Enrichment
    pair: str
    stream: Stream | None


def in_context(rows: Sequence[Movement], until: date) -> list[RowInContext]:
    """Each row as all of them together show it, in their order. `rows` are of all accounts that are looked at, in the order of their days;
    `until` is the last day that they cover.
    """
    own, reversed_pairs = own_movements(rows), reversals(rows)
    streams = {row: stream for stream in income_streams(rows, until, own.keys() | reversed_pairs.keys()) for row in stream.rows}
    by_id = {row.id: row for row in rows}
    return [_in_context(row, own, reversed_pairs, streams.get(row.id), by_id) for row in rows]


def concerns_others(row: Movement) -> bool:
    """Whether a row may be something else beside others, or make others so: without all other rows, `in_context` says the same."""
    return row.cents > 0 or may_be_other_side(row)


def _in_context(
    row: Movement, own: Mapping[str, str], reversed_pairs: Mapping[str, str], stream: Stream | None, by_id: Mapping[str, Movement]
) -> RowInContext:
    if row.enrichment.evidence.kind in DECLARED:
        return RowInContext(row, row.enrichment, own.get(row.id) or reversed_pairs.get(row.id, ""), stream)
    if other := own.get(row.id):
        return RowInContext(row, _with_leaf(row, _own_leaf(row), Kind.OWN_PAIR, by_id[other].text), other, None)
    if other := reversed_pairs.get(row.id):
        leaf = row.enrichment.leaf if row.enrichment.leaf == "dishonour" else "refund"
        return RowInContext(row, _with_leaf(row, leaf, Kind.REVERSED, by_id[other].text), other, None)
    if stream is not None and _is_employer(row, stream):
        return RowInContext(row, _with_leaf(row, "salary", Kind.PATTERN, stream.payer), "", stream)
    return RowInContext(row, row.enrichment, "", stream)


def _own_leaf(row: Movement) -> str:
    if row.cents > 0:
        return _RECEIVED.get(row.account_class, "own_transfer")
    return "redraw" if row.account_class == "mortgage" else "own_transfer"


def _is_employer(row: Movement, stream: Stream) -> bool:
    regular = len(stream.rows) >= PATTERN_ROWS and stream.stability >= PATTERN_STABILITY
    return row.enrichment.leaf == "credit_other" and stream.by_pattern and stream.category == "salary" and regular


def _with_leaf(row: Movement, leaf: str, kind: Kind, what: str) -> Enrichment:
    if leaf == row.enrichment.leaf and kind is not Kind.OWN_PAIR:
        return row.enrichment
    merchant = row.enrichment.merchant if LEAVES[leaf].group != "OWN" else ""
    return replace(row.enrichment, leaf=leaf, score=CONFIDENCE[kind], evidence=MatchEvidence(kind, "", what), merchant=merchant)
