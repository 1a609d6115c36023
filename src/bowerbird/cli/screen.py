"""What the demo shows: bars that move and colours on a terminal, the same words in plain lines elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from bowerbird.cli.client import failed_step

_PLAIN_WIDTH = 110


def _ignore(_job: dict[str, Any]) -> None:
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

    def follow(self, name: str, job: Iterable[dict[str, Any]], answer: Callable[[dict[str, Any]], None] = _ignore) -> None:
        """Show a job's steps as they happen; `answer` is handed the job whenever it has changed."""
        columns = (TextColumn("   {task.description}"), BarColumn(24), MofNCompleteColumn(), TextColumn("{task.fields[step]}"))
        last: dict[str, Any] = {}
        with Progress(*columns, console=self._console) as progress:
            bar = progress.add_task(escape(name), total=3, step="")
            for last in job:
                done = sum(step["status"] == "success" for step in last["steps"])
                progress.update(bar, total=len(last["steps"]), completed=done, step=_now(last))
                answer(last)
        if failed := failed_step(last):
            self.refused(None, failed["result"]["code"], failed["result"]["detail"])

    def accounts(self, accounts: list[dict[str, Any]], banks: dict[str, str]) -> None:
        table = _table("Bank", "Account", "Number", "Type", "Balance", "Available")
        for each in accounts:
            number = each.get("maskedNumber") or each["accountNo"]
            available = _money(each.get("availableFunds"), each["currency"])
            balance = _money(each.get("balance"), each["currency"])
            table.add_row(banks[each["institution"]], escape(each["name"]), number, each["class"]["type"], balance, available)
        self._console.print(table)

    def transactions(self, transactions: list[dict[str, Any]], accounts: dict[str, str]) -> None:
        table = _table("Day", "Description", "Account", "Amount")
        for each in transactions:
            day = (each.get("postDate") or "")[:10] or "[dim]pending[/]"
            table.add_row(day, escape(each["description"]), escape(accounts[each["account"]]), _money(each["amount"], each["currency"]))
        self._console.print(table)


def _now(job: dict[str, Any]) -> str:
    """The step that is at work, or how it ended."""
    if failed := failed_step(job):
        return f"[red]{failed['title']} failed[/]"
    for step in job["steps"]:
        if step["status"] != "success":
            return f"[dim]{step['title']}[/]"
    return "[green]done[/]"


def _table(*header: str) -> Table:
    """Text to the left, money to the right, where its decimal points stand in line."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 1), header_style="bold")
    for name in header:
        is_money = name in {"Balance", "Available", "Amount"}
        table.add_column(name, justify="right" if is_money else "left", no_wrap=True, overflow="ellipsis" if not is_money else "fold")
    return table


def _money(text: str | None, currency: str) -> str:
    if not text:
        return ""
    amount = f"{Decimal(text):,.2f}" + ("" if currency == "AUD" else f" {currency}")
    return f"[red]{amount}[/]" if text.startswith("-") else amount
