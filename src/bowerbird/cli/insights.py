"""`bowerbird insights`: what descriptors mean, how right the engine is, and where its rules come from, without a server."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bowerbird.cli.options import Data, DatabaseUrl, opened, settings_from
from bowerbird.console import CommandRefused, Json, print_columns, printable
from bowerbird.named_files import open_text, read_text

if TYPE_CHECKING:
    from bowerbird.domain.insights.own_rules import RuleTrial
    from bowerbird.domain.services import Services
    from bowerbird.insights.classify import Enrichment
    from bowerbird.insights.own_rules import OwnRule
    from bowerbird.insights.streams import Stream

app = typer.Typer(no_args_is_help=True, help="What movements of money mean: classify, explain, evaluate, streams.")

_ANY_DAY = 2**31
"""A labelled line is of no day: the rules from every day on count."""

File = Annotated[
    Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help="What the command reads, as its help says.")
]
Account = Annotated[str, typer.Option("--account", metavar="CLASS", help="The class of the account, such as savings or credit-card.")]


@app.command()
def classify(file: File, as_json: Json = False) -> None:
    """What each line of a CSV file is: columns id, description, amount, account."""
    rows = _rows(file, "id", "description", "amount")
    answers = _answers(rows)
    if as_json:
        for row, answer in zip(rows, answers, strict=True):
            found = {"id": row["id"], "leaf": answer.leaf, "group": answer.group, "matchScore": answer.score, "merchant": answer.merchant}
            typer.echo(json.dumps(found))
        return
    columns = [
        (row["id"], answer.leaf, answer.group, f"{answer.score:.2f}", answer.merchant, row["description"])
        for row, answer in zip(rows, answers, strict=True)
    ]
    print_columns(("ID", "LEAF", "GROUP", "SCORE", "MERCHANT", "DESCRIPTION"), columns)


@app.command()
def evaluate(
    file: File,
    rules_file: Annotated[
        Path | None, typer.Option("--rules", metavar="RULES", exists=True, dir_okay=False, help="Own rules that count as well.")
    ] = None,
    as_json: Json = False,
) -> None:
    """How right the engine is on labelled lines: columns description, amount, account, group; `also` lists what is right as well."""
    from bowerbird.cli.insight_printing import print_evaluation
    from bowerbird.insights.evaluation import LabelledFileError, read_labelled
    from bowerbird.insights.evaluation import evaluate as evaluate_lines
    from bowerbird.insights.own_rules import OwnRules
    from bowerbird.plugins.packs import lexicon

    try:
        lines = read_labelled(read_text(file, "utf-8-sig"))
    except UnicodeDecodeError:
        raise CommandRefused(f"{file}: it is no UTF-8 text. Save it as CSV in UTF-8.") from None
    except LabelledFileError as error:
        raise CommandRefused(f"{file}: {error}") from error
    own, words, began = OwnRules(0, _own_rules(rules_file)), lexicon(), time.process_time()
    found = evaluate_lines(words, lines, own, _ANY_DAY)
    print_evaluation(found, round((time.process_time() - began) * 1e6 / max(1, len(lines)), 1), as_json)


@app.command()
def explain(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A bank's text of a movement.")],
    amount: Annotated[str, typer.Option(metavar="A", help="Its amount; negative for money that leaves the account.")] = "",
    account: Account = "transaction",
    as_json: Json = False,
) -> None:
    """What one text means, and why."""
    from bowerbird.insights.classify import classify
    from bowerbird.insights.leaves import LEAVES
    from bowerbird.insights.wording import match_type, why
    from bowerbird.model.money import parse_cents
    from bowerbird.plugins.packs import lexicon, rules_version

    try:
        cents = parse_cents(amount) if amount else None
    except ValueError as error:
        raise CommandRefused(f"--amount {amount[:40]}: {error}. Write it as -12.95.") from error
    answer = classify(lexicon(), text, cents, account)
    figures = {
        "text": text,
        "leaf": answer.leaf,
        "group": answer.group,
        "anzsic": LEAVES[answer.leaf].anzsic,
        "class": LEAVES[answer.leaf].wire,
        "merchant": answer.merchant,
        "matchType": match_type(answer),
        "matchScore": answer.score,
        "evidence": {"kind": answer.evidence.kind.value, "words": answer.evidence.words, "what": answer.evidence.what},
        "why": why(answer),
        "words": answer.words,
        "rulesVersion": rules_version(),
    }
    if as_json:
        typer.echo(json.dumps(figures, indent=2))
        return
    typer.secho(f"{answer.leaf} ({answer.group})", bold=True)
    typer.echo(why(answer))
    typer.echo(f"Answers of this kind are right {answer.score:.0%} of the time." if answer.score else "No evidence supports an answer.")


@app.command()
def override(
    application_id: Annotated[str, typer.Argument(metavar="APPLICATION_ID", help="Its id, from `bowerbird app list`.")],
    user_id: Annotated[str, typer.Argument(metavar="USER_ID", help="Whose transaction it is.")],
    transaction_id: Annotated[str, typer.Argument(metavar="TRANSACTION_ID", help="The transaction.")],
    leaf: Annotated[str, typer.Argument(metavar="[LEAF]", help="What it is, such as groceries; without one, what its text says.")] = "",
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Say what one transaction is: stronger than anything its text says, and kept when the rules change."""
    from bowerbird.domain.access.tenant import Tenant
    from bowerbird.domain.insights.enrichment import set_category
    from bowerbird.domain.operators.audit import AuditAction, beside
    from bowerbird.insights.leaves import LEAVES
    from bowerbird.model.problem import Problem

    if leaf and leaf not in LEAVES:
        raise CommandRefused(f"{leaf[:40]} is no leaf: choose from {', '.join(sorted(LEAVES))}")
    with opened(settings_from(data, database_url)) as services:
        try:
            work = beside(set_category, AuditAction("set_category", "", "", application_id, user_id, transaction_id))
            services.write_now(work, transaction_id, leaf, tenant=Tenant(application_id, user_id))
        except Problem:
            raise CommandRefused(f"user {user_id[:40]} of this application has no transaction {transaction_id[:40]}") from None
    typer.echo(f"{transaction_id} is {leaf}" if leaf else f"{transaction_id} is what its text says")


@app.command()
def rules(
    application_id: Annotated[str, typer.Argument(metavar="APPLICATION_ID", help="Its id, from `bowerbird app list`.")],
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", dir_okay=False, exists=True, help="Rules to try or to apply.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Let the rules of FILE count from now on.")] = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """An application's own rules: written as a pack, or those of FILE tried: what they would change. Nothing changes without --apply."""
    import msgspec

    from bowerbird.cli.insight_printing import print_trial
    from bowerbird.domain.access.applications import find_application
    from bowerbird.domain.insights.own_rules import get_own_rules, try_own_rules, update_own_rules
    from bowerbird.domain.operators.audit import AuditAction, beside
    from bowerbird.insights.own_rules import write_rules

    if apply and file is None:
        raise CommandRefused("--apply needs the FILE whose rules are to count")
    given = _own_rules(file)
    with opened(settings_from(data, database_url)) as services:
        if services.read_now(find_application, tenant=application_id) is None:
            raise CommandRefused(f"there is no application {application_id[:40]}: `bowerbird app list` lists them")
        if file is None:
            found = services.read_now(get_own_rules, tenant=application_id).rules
            shown = json.dumps({"version": found.version, "rules": msgspec.to_builtins(found.rules)}) + "\n"
            typer.echo(shown if as_json else write_rules(found), nl=False)
            return
        trial = services.read_now(try_own_rules, given, tenant=application_id)
        while trial.next:
            trial = trial.with_more(services.read_now(try_own_rules, given, trial.next, tenant=application_id))
        _count_reads(services, application_id, trial)
        applied = AuditAction("change_rules", application_id=application_id)
        version = services.write_now(beside(update_own_rules, applied), given, tenant=application_id) if apply else 0
    print_trial(trial, version, as_json)


def _own_rules(file: Path | None) -> tuple[OwnRule, ...]:
    """The rules of a file, none without one."""
    from bowerbird.insights.own_rules import read_rules

    try:
        return read_rules(read_text(file)) if file else ()
    except ValueError as error:
        raise CommandRefused(f"{file}: {error}") from None


def _count_reads(services: Services, application_id: str, trial: RuleTrial) -> None:
    """Note in the reading logs of those whose rows are printed that an operator read them."""
    from bowerbird.domain.consents.reading_log import write_down_now
    from bowerbird.model.reading import Reader, ReadKind

    for user_id in {row.user_id for row in trial.shown}:
        services.reads.record(services.clock.now(), application_id, user_id, ReadKind.INSIGHTS, Reader.OPERATOR)
    write_down_now(services)


@app.command()
def status(data: Data = None, database_url: DatabaseUrl = None, as_json: Json = False) -> None:
    """The version of the rules, and the packs they come from. Of a database that is named: how many users are enriched by them."""
    from bowerbird.plugins.packs import packs, rules_version

    found = [
        {
            "id": pack.id,
            "names": len(pack.names),
            "words": len(pack.nouns) + len(pack.hints) + len(pack.places),
            "rules": len(pack.rules),
            "licence": pack.licence,
            "source": pack.source,
        }
        for pack in packs()
    ]
    done = _enriched(data, database_url) if data or database_url else {}
    if as_json:
        typer.echo(json.dumps({"rulesVersion": rules_version(), **done, "packs": found}, indent=2))
        return
    typer.echo(f"rules {rules_version()}")
    if done:
        typer.echo(f"{done['enriched']} of {done['users']} users with transactions are enriched by them")
    print_columns(("PACK", "NAMES", "WORDS", "RULES", "LICENCE", "SOURCE"), [tuple(map(str, pack.values())) for pack in found])


def _enriched(data: Path | None, database_url: str | None) -> dict[str, int]:
    from bowerbird.domain.insights.enrichment import count_enriched
    from bowerbird.storage.database.unit_of_work import EVERY_TENANT

    with opened(settings_from(data, database_url)) as services:
        users, enriched = services.read_now(count_enriched, tenant=EVERY_TENANT)
    return {"users": users, "enriched": enriched}


def _rows(file: Path, *columns: str) -> list[dict[str, str]]:
    """The rows of a CSV file that has these columns; without an account the line is one of a transaction account."""
    with open_text(file, "utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        missing = set(columns) - set(reader.fieldnames or ())
        if missing:
            raise CommandRefused(f"{file}: no column {', '.join(sorted(missing))}. Name the columns in the first line.")
        return [{**row, "account": row.get("account") or "transaction"} for row in reader]


def _answers(rows: list[dict[str, str]]) -> list[Enrichment]:
    from bowerbird.insights.classify import classify
    from bowerbird.plugins.packs import lexicon

    found = lexicon()
    return [classify(found, row["description"], _cents(row["amount"]), row["account"]) for row in rows]


def _cents(text: str, file: Path | None = None) -> int | None:
    from bowerbird.model.money import parse_cents

    try:
        return parse_cents(text) if text else None
    except ValueError as error:
        raise CommandRefused(f"{file or 'amount'}: {text[:40]}: {error}. Write it as -12.95.") from error


@app.command()
def streams(file: File, as_json: Json = False) -> None:
    """The recurring income of people: one a line of JSON with accounts, transactions and the last day they cover."""
    try:
        with open_text(file) as lines:
            people = [json.loads(line) for line in lines if line.strip()]
    except ValueError as error:
        raise CommandRefused(
            f"{file}: it is not one JSON object a line in UTF-8: {error}. Write each person into a line of its own."
        ) from error
    for number, person in enumerate(people, 1):
        try:
            found = _streams_of(person)
        except (KeyError, TypeError, ValueError) as error:
            raise CommandRefused(f"{file}: line {number} is no person: {error!r}. It needs accounts, transactions and last.") from error
        if as_json:
            typer.echo(json.dumps({"person": person.get("person"), "streams": [_stream(stream) for stream in found]}))
            continue
        typer.secho(printable(f"person {person.get('person')}"), bold=True)
        print_columns(
            ("CATEGORY", "EVERY", "A MONTH", "BETWEEN", "UNTIL", "PAYER"),
            [
                (
                    stream.category,
                    stream.period,
                    f"{stream.monthly_cents / 100:.2f}",
                    f"{stream.low_cents / 100:.2f} and {stream.high_cents / 100:.2f}",
                    "now" if stream.ongoing else stream.last.isoformat(),
                    stream.payer,
                )
                for stream in found
            ],
        )


def _streams_of(person: dict[str, Any]) -> list[Stream]:
    """The streams of a person as the file describes one; a `truth` in it is not looked at."""
    from datetime import date

    from bowerbird.insights.classify import classify
    from bowerbird.insights.movements import Movement
    from bowerbird.insights.streams import income_streams
    from bowerbird.plugins.packs import lexicon

    accounts, words = person["accounts"], lexicon()
    rows = [
        Movement(
            id=row["id"],
            account=row["account"],
            account_class=accounts[row["account"]],
            day=date.fromisoformat(row["day"]),
            cents=row["amount"],
            text=row["description"],
            enrichment=classify(words, row["description"], row["amount"], accounts[row["account"]]),
        )
        for row in person["transactions"]
    ]
    return income_streams(rows, date.fromisoformat(person["last"]))


def _stream(stream: Stream) -> dict[str, Any]:
    return {
        "transactions": list(stream.rows),
        "period": stream.period,
        "ongoing": stream.ongoing,
        "monthlyCents": stream.monthly_cents,
        "lowCents": stream.low_cents,
        "highCents": stream.high_cents,
        "category": stream.category,
    }
