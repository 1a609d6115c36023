"""How right the engine is on labelled lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from bowerbird.insights.classify import Enrichment

CONFIDENT = 0.9


@dataclass(frozen=True, slots=True)
class LabelledLine:
    """A line with its right group; `also` are leaves and groups that are right as well."""

    description: str
    amount_cents: int | None
    account: str
    group: str
    also: frozenset[str] = frozenset()

    def accepts(self, enrichment: Enrichment) -> bool:
        return enrichment.group == self.group or not self.also.isdisjoint((enrichment.leaf, enrichment.group))


@dataclass(frozen=True, slots=True)
class Score:
    """`answered` counts lines with an answer that evidence supports; `confident` those whose stated confidence is at least 0.9."""

    rows: int
    right: int
    answered: int
    answered_right: int
    confident: int
    confident_wrong: int

    @property
    def accuracy(self) -> float:
        return self.right / self.rows if self.rows else 0.0

    @property
    def coverage(self) -> float:
        return self.answered / self.rows if self.rows else 0.0

    @property
    def precision(self) -> float:
        return self.answered_right / self.answered if self.answered else 0.0


def score(lines: Sequence[LabelledLine], answers: Sequence[Enrichment]) -> Score:
    """Answers are those of the lines, in their order."""
    right = [line.accepts(answer) for line, answer in zip(lines, answers, strict=True)]
    answered = [is_right for is_right, answer in zip(right, answers, strict=True) if answer.score > 0]
    confident = [is_right for is_right, answer in zip(right, answers, strict=True) if answer.score >= CONFIDENT]
    return Score(len(lines), sum(right), len(answered), sum(answered), len(confident), confident.count(False))


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Answers of one kind of evidence: how many there are, how many are right, and the share of right ones that the engine states."""

    kind: str
    rows: int
    right: int
    stated: float

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share of right answers lies with 95 % (Wilson)."""
        share, square = self.right / self.rows, _Z**2 / self.rows
        middle, half = share + square / 2, _Z * (share * (1 - share) / self.rows + square / 4 / self.rows) ** 0.5
        return (middle - half) / (1 + square), (middle + half) / (1 + square)

    @property
    def holds(self) -> bool:
        """Whether what is stated is not contradicted: within 0.05 of what is seen in 100 rows or more, else inside the interval."""
        low, high = self.interval
        return abs(self.right / self.rows - self.stated) <= WITHIN if self.rows >= MANY else low <= self.stated <= high


_Z = 1.96
MANY, WITHIN = 100, 0.05


def calibration(lines: Sequence[LabelledLine], answers: Sequence[Enrichment]) -> list[Calibrated]:
    """What is stated of each kind of evidence that decided beside what the labels say, the most frequent first."""
    found: dict[tuple[str, float], list[bool]] = defaultdict(list)
    for line, answer in zip(lines, answers, strict=True):
        if answer.score > 0:
            found[answer.evidence.kind.value, answer.score].append(line.accepts(answer))
    rows = [Calibrated(kind, len(right), sum(right), stated) for (kind, stated), right in found.items()]
    return sorted(rows, key=lambda row: (-row.rows, row.kind))
