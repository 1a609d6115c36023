"""Held-back prints by readers of tables, with a person's mapping of columns and a mere sum check.

`python -m bench.print_rivals FOLDER PYTHON` scores tabula, camelot, transtractor, statementproof and monopoly where PYTHON, an
interpreter of their own, has them, on the prints that `python -m tests.held_back.prints.score FOLDER SEEDS` or
`python -m tests.held_back.unseen.score FOLDER` wrote: one line each, right and wrong. None of them is a dependency.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from tests.held_back.judge import Verdict, judge
from tests.held_back.kind import Answer, Expected
from tests.held_back.ledger import Row

Found = list[tuple[str, int, str, int | None]]
Table = list[list[str]]
READERS = {
    "tabula": "import tabula as t; tables = [[[str(c) for c in r] for r in f.fillna('').values.tolist()] for f in t.read_pdf("
    "path, pages='all', stream=True, guess=True, pandas_options={'header': None, 'dtype': str})]",
    "camelot": "import camelot as t; tables = [f.df.values.tolist() for f in t.read_pdf(path, pages='all', flavor='stream')]",
    "transtractor": "import transtractor as t; f = t.Parser().parse(path).to_pandas_dict(); "
    "tables = [[list(f)] + [[str(c) for c in r] for r in zip(*f.values())]]",
    "statementproof": "import subprocess, csv, sys, os; o = path + '.csv'; subprocess.run([os.path.join(os.path.dirname(sys.executable),"
    " 'statementproof'), path, '--csv', o, '--quiet'], check=True, capture_output=True); tables = [list(csv.reader(open(o)))]",
    "monopoly": "import logging; logging.disable(); from monopoly.generic import GenericBank; from monopoly.pdf import PdfDocument, "
    "PdfParser; from monopoly.pipeline import Pipeline; from pathlib import Path; p = Pipeline(PdfParser(GenericBank, PdfDocument("
    "file_path=Path(path)))); f = p.transform(p.extract(safety_check=True)); tables = [[['date', 'description', 'amount'], "
    "*([str(t.date), t.description, f'{t.amount:.2f}'] for t in f)]]",
}
"""What makes `tables` of the print at `path`, rows of cells."""
_HEADINGS = {
    "day": r"\bdate|datum|buchung|bu\.tag|年月日|日付|posting",
    "words": r"descr|detail|partic|narr|text|verwend|libell|opér|opera|vorgang|transaction|摘要|取引",
    "out": r"debit|débit|withdraw|paid out|money out|soll|belast|お引|出金|支払",
    "in": r"credit|crédit|deposit|paid in|money in|haben|gutschr|お預|入金",
    "amount": r"amount|betrag|montant|umsatz|金額",
    "balance": r"balance|saldo|solde|kontostand|残高",
}
_FORMS = (
    "%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y", "%d.%m.%y", "%Y/%m/%d", "%Y.%m.%d", "%Y-%m-%d", "%d %b %Y", "%d %b %y", "%d %B %Y", "%d-%b-%Y",
    "%d-%b-%y", "%m/%d/%Y", "%m/%d/%y", "%Y年%m月%d日",
)  # fmt: skip
_YEARLESS = ("%d %b", "%d.%m.", "%d.%m", "%m/%d", "%b %d")
_LONGEST_S = 120


def day_in(cell: str, year: int) -> date | None:
    """The day in a cell; one without a year is of the print's first year."""
    for form in _FORMS:
        try:
            return datetime.strptime(cell.strip(), form).date()  # noqa: DTZ007  (a day, no time)
        except ValueError:
            continue
    for form in _YEARLESS:
        try:
            return datetime.strptime(f"{cell.strip()} {year}", f"{form} %Y").date()  # noqa: DTZ007  (a day, no time)
        except ValueError:
            continue
    return None


def cents_in(cell: str) -> int | None:
    """The sum in a cell, in cents."""
    plain = re.sub(r"[^\d.,()+\u2212-]|(?<=\d)[ '\u2019](?=\d)", "", cell)
    digits = re.sub(r"\D", "", plain)
    if not digits:
        return None
    size = int(digits) * (1 if re.search(r"[.,]\d\d\D*$", plain) else 100)
    return -size if re.search(r"[-\u2212(]", plain) or re.search(r"\b(?:DR|D|OD|S)\b", cell) else size


def mapped(tables: Sequence[Table], year: int) -> Found:
    """The rows that a plain mapping of columns by headings finds. Raises ValueError where there are none or their sum does not hold."""
    found: Found = []
    columns: dict[str, int] = {}
    for table in tables:
        for cells in table:
            named = {key: at for key, heading in _HEADINGS.items() for at, cell in enumerate(cells) if re.search(heading, cell, re.I)}
            if "day" in named and len(named) > 2:
                columns = named
            elif "day" in columns and max(columns.values()) < len(cells):
                _take(found, cells, columns, year)
    balances = [(place, row[3]) for place, row in enumerate(found) if row[3] is not None]
    if not found:
        raise ValueError("no rows")
    if len(balances) > 1:
        (first, before), (last, after) = balances[0], balances[-1]
        if (after or 0) - (before or 0) != sum(row[1] for row in found[first + 1 : last + 1]):
            raise ValueError("the sum does not hold")
    return found


def _take(found: Found, cells: Sequence[str], columns: dict[str, int], year: int) -> None:
    day = day_in(cells[columns["day"]], year)
    out, paid_in = (cents_in(cells[columns[key]]) if key in columns else None for key in ("out", "in"))
    amount = cents_in(cells[columns["amount"]]) if "amount" in columns else None
    if out is not None or paid_in is not None:
        amount = (paid_in or 0) - abs(out or 0)
    words = cells[columns["words"]] if "words" in columns else ""
    balance = cents_in(cells[columns["balance"]]) if "balance" in columns else None
    if day and amount is not None:
        found.append((str(day), amount, words, balance))
    elif found and words and not day:
        found[-1] = (found[-1][0], found[-1][1], f"{found[-1][2]} {words}", found[-1][3])


def verdicts(name: str, folder: Path, python: str) -> Iterator[tuple[str, Verdict]]:
    """What a reader makes of each print: its name and the verdict."""
    script = f"import json, sys; path = sys.argv[1]; {READERS[name]}; print(json.dumps(tables))"
    for answer in sorted(folder.glob("*.json")):
        whole = json.loads(answer.read_text())
        rows = tuple(
            Row(date.fromisoformat(day), round(float(a) * 100), words, round(float(b) * 100)) for day, a, words, b in whole["rows"]
        )
        expected = Expected(Answer(whole["answer"]), rows, whole["accounts"], with_balances=whole["balances"])
        command = [python, "-W", "ignore", "-c", script, str(answer.with_suffix(".pdf"))]
        try:
            ran = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST_S, check=True)
            found = mapped(json.loads(ran.stdout.splitlines()[-1]), rows[0].day.year)
        except (subprocess.SubprocessError, ValueError, IndexError):
            yield answer.stem, Verdict.RIGHT if expected.answer is not Answer.READ else Verdict.REFUSED
            continue
        yield answer.stem, judge(expected, found, accounts=1)


def main() -> None:
    """Print a line for each reader."""
    folder, python = Path(sys.argv[1]), sys.argv[2]
    for name in READERS:
        module = name if name != "statementproof" else "sys"
        if subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode:
            sys.stdout.write(f"{name:16} not installed\n")
            continue
        found = list(verdicts(name, folder, python))
        counts = Counter(str(verdict) for _, verdict in found)
        wrong = sorted({print_name.split(".")[0] for print_name, verdict in found if verdict is Verdict.WRONG})
        sys.stdout.write(f"{name:16} {len(found)} prints: {dict(counts)} wrong: {wrong}\n")


if __name__ == "__main__":
    main()
