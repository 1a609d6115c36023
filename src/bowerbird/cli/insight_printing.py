"""How `bowerbird insights` prints what it found: an evaluation on labelled lines, a trial of own rules."""

from __future__ import annotations

import json

import typer

from bowerbird.console import print_columns, printable
from bowerbird.domain.insights.own_rules import RuleTrial
from bowerbird.insights.evaluation import Calibrated, Evaluation
from bowerbird.insights.wording import why


def print_evaluation(found: Evaluation, microseconds: float, as_json: bool) -> None:
    """`microseconds` are those of a line."""
    figures = {
        "rows": found.score.rows,
        "accuracy": round(found.score.accuracy, 4),
        "coverage": round(found.score.coverage, 4),
        "precision": round(found.score.precision, 4),
        "confident": found.score.confident,
        "confidentWrong": found.score.confident_wrong,
        "microsecondsPerRow": microseconds,
    }
    if as_json:
        kinds = [
            {"kind": kind.kind, "rows": kind.rows, "right": kind.right, "stated": kind.stated, "holds": kind.holds} for kind in found.kinds
        ]
        groups = [{"group": each.label, "rows": each.rows, "right": each.right} for each in found.groups]
        typer.echo(json.dumps({**figures, "calibration": kinds, "groups": groups}))
        return
    for name, figure in figures.items():
        typer.echo(f"{name:20}{figure}")
    print_columns(("EVIDENCE", "ROWS", "RIGHT", "STATED", "95 %", "HOLDS"), [_calibrated(kind) for kind in found.kinds])
    columns = [(each.label, str(each.rows), f"{each.right / each.rows:.2f}", each.title, each.taken_for) for each in found.groups]
    print_columns(("LABEL", "ROWS", "RIGHT", "GROUP", "MOSTLY TAKEN FOR"), columns)
    for line, answer in found.wrong:
        typer.echo(f"  {line.group}, not {answer.group} ({answer.score:.2f}): {printable(line.description)}")
        typer.echo(f"      {printable(why(answer))}")
    if found.unknown_labels:
        typer.echo(f"No group and no leaf, so their lines count as wrong: {printable(', '.join(found.unknown_labels))}")


def _calibrated(kind: Calibrated) -> tuple[str, ...]:
    low, high = kind.interval
    share = f"{kind.right / kind.rows:.2f}"
    return kind.kind, str(kind.rows), share, f"{kind.stated:.2f}", f"{low:.2f} to {high:.2f}", "yes" if kind.holds else "no"


def print_trial(trial: RuleTrial, version: int, as_json: bool) -> None:
    """What own rules change; `version` is 0 where they were only tried."""
    if as_json:
        rows, users, incomes, looked_at, people = trial.counts
        figures = {"rows": rows, "users": users, "incomes": incomes}
        seen = {"usersLookedAt": people, "rowsLookedAt": looked_at}
        typer.echo(json.dumps({**figures, **seen, "version": version or None, "applied": version > 0}))
        return
    typer.echo(trial.sentence)
    for row in trial.shown:
        typer.echo(f"  {row.transaction_id} of user {row.user_id}: {row.before} → {row.after}")
    typer.echo(f"Version {version} counts from now on; rows are enriched again." if version else "Nothing was changed; --apply does it.")
