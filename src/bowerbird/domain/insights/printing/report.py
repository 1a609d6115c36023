"""Reports as PDF, and an account's rows as a statement."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from itertools import groupby

import msgspec

from bowerbird.domain.insights.printing.paper import Made, Paper, TableColumn, amount, day_text
from bowerbird.domain.insights.snapshots import SnapshotContent
from bowerbird.insights.figures import AccountingIdentity, FigureRow, Proof
from bowerbird.insights.groups import GROUPS, HIGH_RISK, OWN, in_section
from bowerbird.insights.reports.metric_titles import MetricFormat
from bowerbird.insights.reports.report import MetricEvidence, MetricResult, ReportFigures, ReportMetric
from bowerbird.model.insights.snapshot import SnapshotHeading
from bowerbird.model.money import format_cents, parse_cents

_GROUP_ID = re.compile(r"\b(?:INC|EXP)-\d{3}\b")
_NOTES = {
    "Income Sources": "An average spreads what was paid over the whole period; a median is that of whole months. The total income leaves "
    "out insurance, superannuation and tax refunds.",
    "Financial Commitments": "The average is what was paid to lenders in the whole period, spread over its months. The ongoing amount is "
    "what goes on to be paid now, of which the mortgage is a part. They differ where a loan began, ended or changed. What is paid is "
    "negative here; the API gives ME048 as a positive number, as published.",
}
"""Beside metrics of a section that look alike and differ."""
_POSITIVE_ON_THE_WIRE = "ME048"
"""What is paid, though the published example has it without a sign: it is printed as the other payments are."""


def print_report(heading: SnapshotHeading, content: SnapshotContent, made: Made, front: Callable[[Paper], None] | None = None) -> bytes:
    """Cover, what `front` prints, accounts and the accounting identity, metrics, groups, then every row with its group and why."""
    figures = msgspec.json.decode(content.figures["report"], type=ReportFigures)
    evidence = {each.id: each for each in msgspec.json.decode(content.figures["evidence"], type=list[MetricEvidence])}
    paper = Paper(heading.title, made)
    paper.heading(heading.title, 16)
    paper.line(f"{day_text(heading.first)} to {day_text(heading.last)}, {heading.coverage_days} days. {made.sentence}")
    if holders := _holders(content):
        paper.line(f"{'Account holder' if len(holders) == 1 else 'Account holders'}, as the banks name them: {', '.join(holders)}.")
    paper.line(f"Rules {content.rules_version}.")
    paper.line("Figures are sums over the transactions listed at the end. They are net; nothing here is a score or a decision.")
    if front is not None:
        front(paper)
    _print_accounts(paper, content)
    _print_identity(paper, msgspec.json.decode(content.figures["identity"], type=AccountingIdentity), content)
    _print_metrics(paper, figures, evidence, _high_risk(content))
    paper.heading("Groups")
    columns = (TableColumn(40, 48), TableColumn(90, 180), TableColumn(300, 30, right=True), TableColumn(400, 90, right=True),
               TableColumn(500, 90, right=True))  # fmt: skip
    summed = [
        (each.id, each.title, str(each.analysis.summary.transaction_count), _money(each.analysis.amount.total),
         _money(each.analysis.amount.average.month))
        for each in figures.groups
    ]  # fmt: skip
    paper.table(columns, ("Id", "Group", "Rows", "Total", "A month"), summed)
    _print_rows(paper, content)
    return paper.done()


def _holders(content: SnapshotContent) -> list[str]:
    """Whose the accounts are, each name once; none where the consents do not cover names."""
    by_name = {holder.casefold(): holder for each in content.accounts if (holder := " ".join((each.holder or "").split()))}
    return sorted(by_name.values())


def _high_risk(content: SnapshotContent) -> str:
    """The parts of the spend on high risk activities, by name."""
    parts: Counter[str] = Counter()
    for row in content.rows:
        if row.group in in_section(HIGH_RISK):
            parts[GROUPS[row.group].title] += row.counted_cents
    return ", ".join(f"{title} {amount(cents)}" for title, cents in sorted(parts.items())) or "nothing was seen"


def _print_metrics(paper: Paper, figures: ReportFigures, evidence: Mapping[str, MetricEvidence], high_risk: str) -> None:
    """By section, each with its value in words, how many rows it is made of, and the formula with the names of its groups."""
    columns = (TableColumn(40, 190), TableColumn(300, 65, right=True), TableColumn(330, 25, right=True), TableColumn(340, 215))
    sections = sorted(figures.metrics, key=lambda each: (each.sections, each.id))
    for section, metrics in groupby(sections, key=lambda each: each.sections[0]):
        paper.heading(section)
        if note := _NOTES.get(section):
            paper.line(note)
        paper.table(
            columns, ("Metric", "Value", "Rows", "How it is worked out"), [_metric(each, evidence[each.id], high_risk) for each in metrics]
        )


def _metric(metric: ReportMetric, evidence: MetricEvidence, high_risk: str) -> tuple[str, str, str, str]:
    formula = _GROUP_ID.sub(lambda found: f"{GROUPS[found[0]].title} ({found[0]})" if found[0] in GROUPS else found[0], evidence.formula)
    formula += f": {high_risk}" if metric.id == "ME021" else ""
    value = amount(-parse_cents(metric.result.value)) if metric.id == _POSITIVE_ON_THE_WIRE else _value(metric.result)
    return f"{metric.title} ({metric.id})", value, str(len(evidence.rows)), formula


def _value(result: MetricResult) -> str:
    match MetricFormat(result.format):
        case MetricFormat.MONEY:
            return _money(result.value)
        case MetricFormat.PERCENT:
            return f"{result.value} %"
        case MetricFormat.BOOLEAN:
            return "Yes" if result.value == "true" else "No"
        case MetricFormat.INTEGER:
            return result.value


def _money(value: str) -> str:
    """An amount of the wire as it is printed."""
    return amount(parse_cents(value))


def _print_accounts(paper: Paper, content: SnapshotContent) -> None:
    paper.heading("Accounts")
    columns = (TableColumn(40, 130), TableColumn(175, 120), TableColumn(300, 95), TableColumn(400, 85), TableColumn(555, 65, right=True))
    rows = [(each.institution, each.name, each.number, each.source, amount(each.balance_cents) or "not known") for each in content.accounts]
    paper.table(columns, ("Institution", "Account", "Number", "Source of the data", "Balance"), rows)
    if any(each.source.startswith("statement") for each in content.accounts):
        paper.line("Of statements, arithmetic proves that they are consistent, not that they are authentic.")


def _print_identity(paper: Paper, identity: AccountingIdentity, content: SnapshotContent) -> None:
    """In + out + own movements = the change of all balances; each account that it cannot be shown for is named."""
    paper.heading("Accounting identity")
    total = identity.in_cents + identity.out_cents + identity.own_cents
    paper.line(
        f"In {amount(identity.in_cents)}, out {amount(identity.out_cents)}, between own accounts "
        f"{amount(identity.own_cents)}: together {amount(total)}."
    )
    names = {account.id: f"{account.institution} {account.name} {account.number}" for account in content.accounts}
    for proof in identity.accounts:
        match proof.proof:
            case Proof.PROVEN:
                paper.line(f"{names[proof.account]}: the rows explain the change of the balance to the cent.")
            case Proof.OFF:
                paper.line(f"{names[proof.account]}: the rows do not explain {amount(proof.off_cents)} of the change.")
            case Proof.UNKNOWN:
                paper.line(f"{names[proof.account]}: balances not given; not proven.")


def _print_rows(paper: Paper, content: SnapshotContent) -> None:
    paper.heading("Transactions")
    paper.line("Amounts are as the figures count them: a repayment is negative, though it is a credit of the loan or card it arrives at.")
    names = _account_names(content)
    titles = {id: group.title for id, group in GROUPS.items()} | {OWN: "Between own accounts"}
    rows = [
        (day_text(row.day), row.text, names[row.account], amount(row.counted_cents), titles[row.group], row.why)
        for row in _ordered(content.rows)
    ]
    paper.table(_ROW_COLUMNS, ("Day", "Text", "Account", "Amount", "Group", "Why"), rows)
    if content.left_out:
        paper.heading("Left out of every figure")
        others = [(_shown_day(row.day), row.text, names.get(row.account, ""), amount(row.cents), "", row.why) for row in content.left_out]
        paper.table(_ROW_COLUMNS, ("Day", "Text", "Account", "Amount", "", "Why"), others)


_ROW_COLUMNS = (
    TableColumn(40, 50), TableColumn(94, 128), TableColumn(226, 78), TableColumn(352, 46, right=True), TableColumn(358, 78),
    TableColumn(440, 115),
)  # fmt: skip


def _shown_day(day: str) -> str:
    return day_text(date.fromisoformat(day)) if day else "not known"


def _account_names(content: SnapshotContent) -> dict[str, str]:
    """The names of accounts by their ids, with the institution where two have the same."""
    times = Counter(account.name for account in content.accounts)
    return {each.id: f"{each.name}, {each.institution}" if times[each.name] > 1 else each.name for each in content.accounts}


def _ordered(rows: Iterable[FigureRow]) -> list[FigureRow]:
    return sorted(rows, key=lambda row: (row.day, row.id))


def print_statement(heading: SnapshotHeading, content: SnapshotContent, made: Made) -> bytes:
    """An account's rows as a statement, with the balances before and after them where they are known."""
    account = content.accounts[0]
    paper = Paper(heading.title, made, numbered=False, wraps=False)
    paper.heading(f"{account.institution} statement", 16)
    paper.line("Reprinted by Bowerbird from the bank's data. Not a document of the bank.")
    paper.line(f"Account name {account.name}")
    paper.line(f"Account number {account.number}")
    paper.line(f"Statement period {heading.first.strftime('%d/%m/%Y')} to {heading.last.strftime('%d/%m/%Y')}")
    if account.opening_cents is not None and account.closing_cents is not None:
        paper.line(f"Opening balance ${format_cents(account.opening_cents)}")
        paper.line(f"Closing balance ${format_cents(account.closing_cents)}")
    paper.heading("Transactions")
    columns = (
        TableColumn(40, 55),
        TableColumn(100, 220),
        TableColumn(385, 64, right=True),
        TableColumn(470, 64, right=True),
        TableColumn(555, 64, right=True),
    )
    paper.table(
        columns, ("Date", "Description", "Debit", "Credit", "Balance"), [_printed(row) for row in _in_order(content, account.opening_cents)]
    )
    return paper.done()


def _printed(row: FigureRow) -> tuple[str, str, str, str, str]:
    debit, credit = (format_cents(-row.cents), "") if row.cents < 0 else ("", format_cents(row.cents))
    return row.day.strftime("%d/%m/%Y"), row.text, debit, credit, row.balance


def _in_order(content: SnapshotContent, opening: int | None) -> list[FigureRow]:
    """Rows by day, those of a day in the order in which each balance follows from the one before, as far as balances say."""
    ordered: list[FigureRow] = []
    balance = opening
    left = sorted(content.rows, key=lambda row: (row.day, row.id))
    while left:
        today = [row for row in left if row.day == left[0].day]
        fits = next((row for row in today if balance is not None and row.balance == format_cents(balance + row.cents)), today[0])
        balance = None if balance is None else balance + fits.cents
        ordered.append(fits)
        left.remove(fits)
    return ordered
