"""How right the engine is on labelled lines."""

from __future__ import annotations

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
