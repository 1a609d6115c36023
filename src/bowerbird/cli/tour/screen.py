"""What the demo shows: bars that move and colours on a terminal, the same words in plain lines elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from bowerbird.cli.client import failed_step

if TYPE_CHECKING:
    from bowerbird.api.schemas import AccountView, JobView, TransactionView

_PLAIN_WIDTH = 110
WORDS, WHOLE, MONEY = "words", "whole", "money"
"""What a column of a table holds: words may be cut, the others not."""


def _ignore(_job: JobView) -> None:
    """Nothing to answer."""


class Screen:
    """Chapters of the story, each with lines, a bar or a table."""

    def __init__(self) -> None:
        if not sys.stdout.isatty() and hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="replace")
        self._console = Console(highlight=False, width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else _PLAIN_WIDTH)
        self._chapters = 0

    def title(self, text: str) -> None:
        self._console.print(f"\n[bold]{escape(text)}[/]", soft_wrap=True)

    def chapter(self, name: str, about: str) -> None:
        self._chapters += 1
        self._console.print(f"\n[bold cyan]{self._chapters}. {escape(name)}[/]  [dim]{escape(about)}[/]", soft_wrap=True)

    def say(self, text: str) -> None:
        self._console.print(f"   {escape(text)}", soft_wrap=True)

    def end(self, text: str) -> None:
        self._console.print(f"\n[green]Done.[/] {escape(text)}\n", soft_wrap=True)

    def refused(self, status: int | None, code: str, detail: str) -> None:
        self._console.print(f"   [red]{f'{status} ' if status else ''}{code}[/]  {escape(detail)}", soft_wrap=True)

    def follow(self, name: str, job: Iterable[JobView], answer: Callable[[JobView], None] = _ignore) -> None:
        """Show a job's steps as they happen; `answer` is handed the job whenever it has changed."""
        columns = (TextColumn("   {task.description}"), BarColumn(24), MofNCompleteColumn(), TextColumn("{task.fields[step]}"))
        last: JobView | None = None
        with Progress(*columns, console=self._console) as progress:
            bar = progress.add_task(escape(name), total=3, step="")
            for last in job:
                done = sum(step.status == "success" for step in last.steps)
                progress.update(bar, total=len(last.steps), completed=done, step=_now(last))
                answer(last)
        failed = failed_step(last) if last else None
        if failed and failed.result:
            self.refused(None, failed.result.code or "", failed.result.detail or "")

    def accounts(self, accounts: Sequence[AccountView], banks: dict[str, str]) -> None:
        rows = [
            (
                escape(banks[each.institution]),
                escape(each.name),
                f"…{each.account_no[-4:]}",
                each.class_.type,
                _money(each.balance, each.currency),
                _money(each.available_funds, each.currency),
            )
            for each in accounts
        ]
        self._console.print(
            _table({"Bank": WORDS, "Account": WORDS, "Number": WHOLE, "Type": WHOLE, "Balance": MONEY, "Available": MONEY}, rows)
        )

    def transactions(self, transactions: Sequence[TransactionView], accounts: dict[str, str]) -> None:
        rows = [
            (
                (each.post_date or "")[:10] or "[dim]pending[/]",
                escape(each.description),
                escape(accounts[each.account]),
                _money(each.amount, each.currency),
            )
            for each in transactions
        ]
        self._console.print(_table({"Day": WHOLE, "Description": WORDS, "Account": WORDS, "Amount": MONEY}, rows))


def _now(job: JobView) -> str:
    """The running step, or how the job ended."""
    if failed := failed_step(job):
        return f"[red]{failed.title} failed[/]"
    for step in job.steps:
        if step.status != "success":
            return f"[dim]{step.title}[/]"
    return "[green]done[/]"


def _table(columns: Mapping[str, str], rows: Sequence[Sequence[str]]) -> Table:
    """Money stands to the right, decimal points in line, and is never cut; words give way where the terminal is narrow."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 1), header_style="bold")
    for place, (name, kind) in enumerate(columns.items()):
        widest = max((Text.from_markup(row[place]).cell_len for row in rows), default=0)
        shortest = None if kind == WORDS else max(widest, len(name))
        table.add_column(name, justify="right" if kind == MONEY else "left", no_wrap=True, overflow="ellipsis", min_width=shortest)
    for row in rows:
        table.add_row(*row)
    return table


def _money(text: str | None, currency: str) -> str:
    if not text:
        return ""
    amount = f"{Decimal(text):,.2f}" + ("" if currency == "AUD" else f" {currency}")
    return f"[red]{amount}[/]" if text.startswith("-") else amount
