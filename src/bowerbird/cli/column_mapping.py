"""`bowerbird statement map`: what the columns of a table mean, with a preview of how it is read then and what proves it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bowerbird.cli.options import settings_from
from bowerbird.console import CommandRefused, Json, print_columns, printable
from bowerbird.named_files import read_bytes

if TYPE_CHECKING:
    from bowerbird.statements.tables.mapping import ColumnMapping, MappingDraft, MappingPreview

T = TypeVar("T")
ANY_BANK = "AU00000"
"""The id of no institution: PDF statements are then read whichever bank printed them."""

Institution = Annotated[str, typer.Option("--institution", metavar="ID", help="Whose they are, such as AU04301; else any bank's.")]
_TABLE = typer.Argument(metavar="FILE", help="A CSV, XLSX, XLS or web page.", exists=True, dir_okay=False, readable=True)
_MEANING = "What a column means: date, words, amount, debit, credit, direction, balance, currency, account or ignore."


def map_columns(
    file: Annotated[Path, _TABLE],
    *,
    institution: Institution = ANY_BANK,
    column: Annotated[list[str] | None, typer.Option(metavar="N=MEANING", help=_MEANING)] = None,
    days: Annotated[str | None, typer.Option(metavar="ORDER", help="dd/mm/yyyy or mm/dd/yyyy.")] = None,
    decimals: Annotated[str | None, typer.Option(metavar="MARK", help="What stands before the decimals: . or ,")] = None,
    money_out: Annotated[str | None, typer.Option(metavar="SIGN", help="How money that leaves is written: minus or plus.")] = None,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write the mapping.", dir_okay=False)] = None,
    as_json: Json = False,
) -> None:
    """Show what the columns of a table may mean and what proves it; change that, and write it for `statement parse --mapping`.

    Ends with status 1 while something is missing.
    """
    from bowerbird.statements.refusal import Refused
    from bowerbird.statements.tables.mapping import text_of_mapping
    from bowerbird.wiring.services import open_statement_reader

    content, context = read_bytes(file), open_statement_reader(settings_from(None, None))
    try:
        preview = context.preview(content, institution)
        draft = changed(preview.draft, column or [], days, decimals, money_out)
        if draft != preview.draft:
            preview = context.preview(content, institution, draft)
    except Refused as refused:
        why = str(refused.values.get("reason", refused.detail))
        raise CommandRefused(f"{file} cannot be mapped: {printable(why)}") from refused
    finally:
        context.close()
    show(preview, as_json=as_json)
    if preview.mapping is None:
        raise typer.Exit(1)
    if output is not None:
        output.write_text(text_of_mapping(preview.mapping) + "\n", "utf-8")


def read_mapping(file: Path) -> ColumnMapping:
    """The mapping in a file. Raises CommandRefused where it holds none."""
    from bowerbird.statements.tables.mapping import mapping_of

    try:
        return mapping_of(read_bytes(file))
    except ValueError as error:
        raise CommandRefused(f"{file} holds {error}") from error


def changed(draft: MappingDraft, columns: Sequence[str], days: str | None, decimals: str | None, money_out: str | None) -> MappingDraft:
    """A draft with what the options say. Raises CommandRefused for a word that is none of theirs."""
    from bowerbird.statements.sums import NumberSystem
    from bowerbird.statements.tables.dates import DayOrder
    from bowerbird.statements.tables.mapping import ColumnUse, MappingDraft, MoneyOut

    uses = list(draft.columns)
    for text in columns:
        number, _, word = text.partition("=")
        if not (number.isascii() and number.isdecimal() and 0 < int(number) <= len(uses)):
            raise CommandRefused(f"--column {printable(text)}: the file has the columns 1 to {len(uses)}, as in --column 1=date.")
        uses[int(number) - 1] = _word_of(ColumnUse, word, "--column")
    return MappingDraft(
        tuple(uses),
        draft.days if days is None else _word_of(DayOrder, days, "--days"),
        draft.decimals if decimals is None else _word_of(NumberSystem, decimals, "--decimals"),
        draft.money_out if money_out is None else _word_of(MoneyOut, money_out, "--money-out"),
    )


def _word_of(words: type[T], text: str, option: str) -> T:
    try:
        return words(text)  # type: ignore[call-arg]
    except ValueError:
        allowed = ", ".join(str(word) for word in words)  # type: ignore[attr-defined]
        raise CommandRefused(f"{option}: {printable(text)!r} is none of {allowed}.") from None


def show(preview: MappingPreview, *, as_json: bool) -> None:
    """Print a preview: columns and first rows, how they are read, and the proof or what is missing."""
    import msgspec

    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(preview), indent=2, ensure_ascii=False))
        return
    print_columns(("column", "heading", "means", "first rows"), _columns(preview), "  ")
    draft = preview.draft
    open_word = "not decided"
    typer.echo(
        f"\n  days: {draft.days or open_word}; decimals after: {draft.decimals or open_word}; money out: {draft.money_out or open_word}"
    )
    if preview.sample:
        from bowerbird.model.money import format_cents, format_optional_cents

        typer.echo()
        rows = [(str(row.day), row.text, format_cents(row.amount), format_optional_cents(row.balance) or "") for row in preview.sample]
        print_columns(("day", "words", "amount", "balance"), rows, "  ")
    if preview.proof:
        typer.secho(f"\n  {preview.proof}{'' if preview.is_whole else f', of the first {preview.looked_at:,} rows'}", fg="green")
    elif not preview.missing:
        typer.secho("\n  nothing is proven but the form: the file prints no balances", fg="yellow")
    for sentence in preview.missing:
        typer.secho(f"  missing: {printable(sentence)}", fg="yellow")


def _columns(preview: MappingPreview) -> list[tuple[str, str, str, str]]:
    return [
        (str(place + 1), heading, use.value, " · ".join(cells[place] for _, cells in preview.rows[:3]))
        for place, (heading, use) in enumerate(zip(preview.headings, preview.draft.columns, strict=True))
    ]
