"""How right the engine is on labelled lines, read from the text of a CSV file."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from bowerbird.insights.classify import Enrichment, classify, overridden
from bowerbird.insights.groups import GROUPS
from bowerbird.insights.leaves import LEAVES
from bowerbird.insights.lexicon import Lexicon
from bowerbird.insights.own_rules import NO_RULES, OwnRules
from bowerbird.model.money import parse_cents

CONFIDENT = 0.9
COLUMNS = ("description", "amount", "group")
"""The columns that a file of labelled lines must have; `account` and `also` may be there."""

_LONGEST_TEXT, _LONGEST_LABEL = 512, 60
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
"""A line with its end. Other characters at which Python splits a text stand within a description."""


class LabelledFileError(ValueError):
    """A file that cannot be read as labelled lines: says where, and what to do."""


@dataclass(frozen=True, slots=True)
class LabelledLine:
    """A line with its right group or leaf; `also` are leaves and groups that are right as well."""

    description: str
    amount_cents: int | None
    account: str
    group: str
    also: frozenset[str] = frozenset()

    def accepts(self, enrichment: Enrichment) -> bool:
        return not (self.also | {self.group}).isdisjoint((enrichment.leaf, enrichment.group))


def read_labelled(text: str, most: int | None = None) -> list[LabelledLine]:
    """The lines of a CSV file, of at most `most` rows; without an account one is of a transaction account. Raises LabelledFileError."""
    try:
        return list(_labelled(csv.DictReader(_LINE.findall(text)), most))
    except csv.Error as error:
        raise LabelledFileError(f"This is no CSV file: {error}.") from error


def _labelled(reader: csv.DictReader[str], most: int | None) -> Iterator[LabelledLine]:
    if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
        raise LabelledFileError(f"There is no column {', '.join(missing)}. Name the columns in the first line.")
    for number, row in enumerate(reader, 1):
        if most is not None and number > most:
            raise LabelledFileError(f"There are more than {most:,} rows. `bowerbird insights evaluate` scores files of any size.")
        also = frozenset((row.get("also") or "").replace(",", " ").replace(";", " ").replace("|", " ").split())
        cents, text = _cents(row["amount"] or "", reader.line_num), row["description"] or ""
        if len(text) > _LONGEST_TEXT:
            raise LabelledFileError(f"Line {reader.line_num}: the text has more than {_LONGEST_TEXT} characters.")
        yield LabelledLine(text, cents, row.get("account") or "transaction", (row["group"] or "").strip()[:_LONGEST_LABEL], also)


def _cents(text: str, line: int) -> int | None:
    try:
        return parse_cents(text.strip()) if text.strip() else None
    except ValueError as error:
        raise LabelledFileError(f"Line {line}: {text[:40]}: {error}. Write the amount as -12.95.") from error


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


@dataclass(frozen=True, slots=True)
class GroupScore:
    """The lines of one label, and how many of them are right; `taken_for` is what most of the others are taken for, "" for none."""

    label: str
    rows: int
    right: int
    taken_for: str

    @property
    def title(self) -> str:
        return GROUPS[self.label].title if self.label in GROUPS else self.label


@dataclass(frozen=True)
class Evaluation:
    """Labelled lines with the answers of the engine, in their order."""

    lines: tuple[LabelledLine, ...]
    answers: tuple[Enrichment, ...]

    @cached_property
    def score(self) -> Score:
        return score(self.lines, self.answers)

    @cached_property
    def kinds(self) -> list[Calibrated]:
        return calibration(self.lines, self.answers)

    @cached_property
    def groups(self) -> list[GroupScore]:
        """By label, the most frequent first."""
        answers: dict[str, list[tuple[bool, str]]] = defaultdict(list)
        for line, answer in zip(self.lines, self.answers, strict=True):
            answers[line.group].append((line.accepts(answer), answer.group))
        found = []
        for label, given in answers.items():
            wrong = Counter(group for is_right, group in given if not is_right)
            taken_for = max(wrong, key=lambda group: (wrong[group], group)) if wrong else ""
            found.append(GroupScore(label, len(given), len(given) - wrong.total(), taken_for))
        return sorted(found, key=lambda each: (-each.rows, each.label))

    @cached_property
    def wrong(self) -> list[tuple[LabelledLine, Enrichment]]:
        """What is wrong, the most confident first."""
        pairs = zip(self.lines, self.answers, strict=True)
        return sorted(((line, answer) for line, answer in pairs if not line.accepts(answer)), key=lambda pair: -pair[1].score)

    @property
    def unknown_labels(self) -> list[str]:
        """Labels that are neither a group nor a leaf: their lines count as wrong."""
        return sorted({line.group for line in self.lines} - GROUPS.keys() - LEAVES.keys() - {leaf.group for leaf in LEAVES.values()})


def evaluate(lexicon: Lexicon, lines: Sequence[LabelledLine], rules: OwnRules = NO_RULES, day: int = 0) -> Evaluation:
    """What the engine makes of labelled lines, by the packs and an application's own rules: of the text, the amount and the class of the
    account. `day` is the number of the day that every line is of; without an amount it is a payment.
    """
    answers = (classify(lexicon, line.description, line.amount_cents, line.account) for line in lines)
    return Evaluation(tuple(lines), tuple(_by_rules(line, answer, rules, day) for line, answer in zip(lines, answers, strict=True)))


def _by_rules(line: LabelledLine, answer: Enrichment, rules: OwnRules, day: int) -> Enrichment:
    cents = -1 if line.amount_cents is None else line.amount_cents
    declared = rules.find(line.description, cents, line.account, day, answer.merchant, str) if rules.rules else None
    return answer if declared is None else overridden(answer, *declared)
