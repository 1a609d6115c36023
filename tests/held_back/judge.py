"""Whether an answer to a held-back file is right."""

import json
import re
import unicodedata
from collections import Counter
from dataclasses import replace
from enum import StrEnum

from tests.held_back.kind import AccountSides, Answer, Expected


class Verdict(StrEnum):
    """What became of a file."""

    RIGHT = "right"
    WORDS_LOST = "words lost"
    REFUSED = "honest, refused"
    UNNAMED = "refused, unnamed"
    WRONG = "read wrong"


def cents(text: str) -> int:
    """A decimal as cents."""
    return round(float(text) * 100)


def flat(text: str) -> str:
    """Text without blanks, widths of letters and case, for comparing words."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def names_the_cause(expected: Expected, reason: str) -> bool:
    """Whether a refusal has the words it needs and none it must not have."""
    stated = reason.casefold()
    if any(word.casefold() in stated for word in expected.reason_not):
        return False
    return not expected.reason_any or any(word.casefold() in stated for word in expected.reason_any)


def words_kept(expected: Expected, rows: list[tuple[str, int, str, int | None]]) -> bool:
    """Whether the words of each row are whole: every part of them stands in the row's description."""
    held: dict[tuple[str, int], list[str]] = {}
    for day, amount, words, _balance in rows:
        held.setdefault((day, amount), []).append(flat(words))
    return all(
        any(all(flat(part) in one for part in row.words.split()) for one in held.get((str(row.day), row.cents), []))
        for row in expected.rows
    )


def dayless(expected: Expected) -> Expected:
    """The same answer with every row on one day, for files whose days may be either of two columns."""
    same = expected.rows[0].day
    return replace(expected, rows=tuple(replace(row, day=same) for row in expected.rows))


def judge(expected: Expected, rows: list[tuple[str, int, str, int | None]] | None, reason: str = "", accounts: int = 1) -> Verdict:
    """The verdict on rows (day, cents, words, balance in cents or none) or, when `rows` is none, on a refusal."""
    if rows is None:
        if expected.answer is Answer.READ:
            return Verdict.REFUSED if names_the_cause(Expected(Answer.READ, reason_not=expected.reason_not), reason) else Verdict.UNNAMED
        return Verdict.RIGHT if names_the_cause(expected, reason) else Verdict.UNNAMED
    if expected.answer is Answer.REFUSE:
        return Verdict.WRONG
    if expected.any_day:
        expected, rows = dayless(expected), [(str(expected.rows[0].day), amount, words, balance) for _, amount, words, balance in rows]
    if Counter((str(row.day), row.cents) for row in expected.rows) != Counter((day, amount) for day, amount, *_ in rows):
        return Verdict.WRONG
    if expected.with_balances:
        wanted = Counter((str(row.day), row.cents, row.balance_cents) for row in expected.rows)
        given = Counter((day, amount, balance) for day, amount, _, balance in rows if balance is not None)
        if given and given - wanted:
            return Verdict.WRONG
    if accounts != expected.accounts:
        return Verdict.WRONG
    return Verdict.RIGHT if words_kept(expected, rows) else Verdict.WORDS_LOST


def of_command(expected: Expected, answer: str) -> tuple[Verdict, str]:
    """The verdict on what `bowerbird statement parse FILE --json` prints, and what it says.

    Rows without a day of posting are pending: they are not on the statement yet.
    """
    given = json.loads(answer)
    if "refusal" in given:
        reason = " ".join(str(given["refusal"].get(key, "")) for key in ("title", "detail", "reason"))
        return judge(expected, None, reason), f"{given['refusal'].get('code')}: {reason}"
    rows = [
        (row["postDate"], cents(row["amount"]), row["description"] or "", cents(row["balance"]) if row.get("balance") else None)
        for one in given["accounts"]
        for row in one["transactions"]
        if row["postDate"]
    ]
    sides = sorted(
        AccountSides(one["currency"], cents(one["opening"]), cents(one["closing"])) for one in given["accounts"] if expected.sides
    )
    if sides != sorted(expected.sides) and expected.answer is Answer.READ:
        return Verdict.WRONG, f"{sides}"
    return judge(expected, rows, accounts=len(given["accounts"])), ""
