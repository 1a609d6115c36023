"""The page that scores an operator's own labelled rows: the same figures as the command, bounded, and nothing of the file is kept."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bowerbird import cli
from bowerbird.domain.insights.own_rules import update_own_rules
from bowerbird.insights.own_rules import OwnRule
from bowerbird.web.dashboard.evaluation import MAX_BYTES, MAX_ROWS, PATH
from tests.serving import Serving
from tests.unit.insights.labelled_lines import DEV
from tests.web.client import Pages

HEAD = "description,amount,account,group,also\n"
SECRET = "QZXJ PRIVATE NAME 7781"
_CELL = re.compile(r"<(?:td|th scope=\"row\")[^>]*>(.*?)</(?:td|th)>", re.DOTALL)


def scored(ana: Pages, content: bytes, name: str = "labelled.csv") -> Any:
    return ana.http.post(PATH, data={"csrf": ana.token(PATH)}, files={"labelled": (name, content)})


def rows_of(page: str, table: str) -> list[list[str]]:
    """The texts of a table's rows."""
    body = page.split(f'<caption id="{table}">')[1].split("</table>", maxsplit=1)[0].split("<tbody>")[1]
    return [[html.unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in _CELL.findall(row)] for row in body.split("<tr>")[1:]]


def test_the_page_prints_what_the_command_prints(ana: Pages) -> None:
    printed = json.loads(CliRunner().invoke(cli.app, ["insights", "evaluate", str(DEV), "--json"]).output)
    answer = scored(ana, DEV.read_bytes())
    assert answer.status_code == 200
    ((rows, right, answered, precision, confident, wrong),) = rows_of(answer.text, "score")
    assert (int(rows), int(confident), int(wrong)) == (printed["rows"], printed["confident"], printed["confidentWrong"])
    shares = [f"{100 * printed[name]:.1f} %" for name in ("accuracy", "coverage", "precision")]
    assert [right, answered, precision] == shares
    assert [row[1] for row in rows_of(answer.text, "kinds")] == [str(kind["rows"]) for kind in printed["calibration"]]
    assert [row[1] for row in rows_of(answer.text, "groups")] == [str(group["rows"]) for group in printed["groups"]]
    assert len(rows_of(answer.text, "wrong")) == round(printed["rows"] * (1 - printed["accuracy"]))
    assert len(answer.content) <= 140_000


def test_a_wrong_row_says_why_with_the_words_marked(ana: Pages) -> None:
    rows = "WOOLWORTHS 1294 SYDNEY,-31.20,,EXP-014,\nWOOLWORTHS 1294 SYDNEY,-31.20,,groceries,\nWOOLWORTHS,-3.00,,EXP-014,groceries\n"
    page = scored(ana, (HEAD + rows).encode()).text
    assert "66.7 % of 3 rows are right" in page
    assert "1 answer of 3 confident ones is wrong" in page
    assert "<mark>WOOLWORTHS</mark> 1294 SYDNEY" in page
    ((_, label, taken_for, why),) = rows_of(page, "wrong")
    assert (label, taken_for.split("Groceries")[0], why) == ("Gambling", "", '"woolworths" is Woolworths.')


def test_labels_that_are_none_are_named(ana: Pages) -> None:
    page = scored(ana, f"{HEAD}WOOLWORTHS,-3.00,,EXP-999,\n".encode()).text
    assert "EXP-999. Their rows count as wrong." in page


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "Choose a CSV file"),
        (b"description,group\nX,EXP-016\n", "There is no column amount."),
        (HEAD.encode(), "There is no row under"),
        (f"{HEAD}X,ten,,EXP-016,\n".encode(), "Line 2: ten:"),
        (f"{HEAD}CAFÉ,-1.00,,EXP-008,\n".encode("latin-1"), "Save the file as CSV in UTF-8"),
        (f'{HEAD}"{"x" * 200_000}",-1,,EXP-016,'.encode(), "This is no CSV file"),
        (f"{HEAD}{'x' * 600},-1,,EXP-016,".encode(), "Line 2: the text has more than 512 characters."),
        ((HEAD + "X,-1.00,,EXP-016,\n" * (MAX_ROWS + 1)).encode(), "There are more than 5,000 rows"),
    ],
)
def test_what_cannot_be_scored_is_refused_with_what_to_do(ana: Pages, content: bytes, part: str) -> None:
    answer = scored(ana, content)
    assert answer.status_code == 400
    assert part in html.unescape(answer.text)


def test_a_file_that_is_too_large_is_refused(ana: Pages) -> None:
    assert scored(ana, (HEAD + "X" * MAX_BYTES).encode()).status_code == 413


def test_nothing_of_the_file_is_kept(ana: Pages, serving: Serving) -> None:
    answer = scored(ana, f"{HEAD}{SECRET},-3.00,,EXP-016,\n".encode(), f"{SECRET}.csv")
    assert SECRET in answer.text
    assert SECRET not in ana.get(PATH).text
    folder: Path = serving.settings.data
    kept = [file for file in folder.rglob("*") if file.is_file() and SECRET.encode() in file.read_bytes()]
    assert kept == []


def test_a_full_page_stays_small(ana: Pages) -> None:
    text = "LOREM IPSUM & <DOLOR> SIT AMET CONSECTETUR ADIPISCING 12345 SYDNEY NSW AU CARD 8112"
    answer = scored(ana, (HEAD + f"{text},-1.00,,EXP-016,\n" * MAX_ROWS).encode())
    assert answer.status_code == 200
    assert len(answer.content) <= 140_000


def test_own_rules_are_scored_where_an_application_is_chosen(running: Serving, ana: Pages) -> None:
    app, rows = running.application("Scored"), "QUOKKA CORNER 12,-31.20,,groceries,\nWOOLWORTHS 1294,-3.00,,groceries,\n"
    running.services.write_now(update_own_rules, [OwnRule(leaf="groceries", any="quokka")], tenant=app.id)
    for chosen, share in (("", "50.0 %"), (app.id, "100.0 %"), ("nonsense", "50.0 %")):
        files = {"labelled": ("labelled.csv", (HEAD + rows).encode())}
        answer = ana.http.post(PATH, data={"csrf": ana.token(PATH), "rules": chosen}, files=files)
        ((_, right, *_),) = rows_of(answer.text, "score")
        assert right == share, chosen
    assert f'value="{app.id}" selected' in ana.get(PATH, params={"application": app.id}).text
