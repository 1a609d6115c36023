"""The money pages over HTTP: every figure opens to rows that sum to it, and only what the person shares is shown."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents import consents
from bowerbird.domain.consents.policies import set_policy
from bowerbird.domain.insights.corrections import delete_correction, record_correction
from bowerbird.domain.insights.enrichment import set_category
from bowerbird.model.insights.correction import CorrectionKind
from bowerbird.model.job import JobKind
from bowerbird.statements.pdf.words import read_words
from tests.api.test_consent_gate import policy_of
from tests.api.test_reports import body_of, report_of
from tests.api.test_summaries import CSV
from tests.serving import Application, Serving
from tests.web.client import Pages

_OPENED = re.compile(r'href="(/dashboard/[^"]+/money/figures/([^"]+))" aria-label="([^"]*?), ')
_AMOUNT = re.compile(r'data-label="Amount" class="amount[^"]*">([^<]+)</td>')
_NEXT = re.compile(r'href="([^"]+)">Older')


def cents(text: str) -> int:
    return int(text.replace("\N{MINUS SIGN}", "-").replace(",", "").replace(".", ""))


@pytest.fixture(scope="module")
def user(running: Serving) -> tuple[Application, str]:
    app = running.application("Lender")
    made = app.new_user(email="gilfoyle@hooli.com", firstName="Bertram", lastName="Gilfoyle")
    app.settled(app.connect(made, "Gilfoyle", "PiedPiper"))
    return app, made


def path_of(user: tuple[Application, str]) -> str:
    return f"/dashboard/applications/{user[0].id}/users/{user[1]}/money"


def amounts_of(ana: Pages, path: str) -> list[int]:
    """What a figure counts, of all its pages."""
    text = ana.get(path).text
    found = [cents(each) for each in _AMOUNT.findall(text)]
    while more := _NEXT.search(text):
        text = ana.get(more[1].replace("&amp;", "&")).text
        found += [cents(each) for each in _AMOUNT.findall(text)]
    return found


def test_every_figure_opens_to_rows_that_sum_to_it(user: tuple[Application, str], ana: Pages) -> None:
    page = ana.get(path_of(user))
    assert page.status_code == 200
    figures = {id: (path, cents(amount)) for path, id, amount in _OPENED.findall(page.text)}
    assert len(figures) > 60
    months = [id for id in figures if id[0] == "2"]
    for id in [*months[:14], *(id for id in figures if id not in months)]:
        path, amount = figures[id]
        assert sum(amounts_of(ana, path)) == amount, id


def test_a_gap_in_an_income_is_shown_and_the_risks_are_named(user: tuple[Application, str], ana: Pages) -> None:
    text = ana.get(path_of(user)).text
    assert "PIED PIPER PTY LTD SALARY" in text
    assert re.search(r"No payment between \d+ \w+ 2025 and \d+ \w+ 2025", text)
    assert "Looked for and not seen:" in text
    assert "interest on debts" not in text.lower()
    assert "The interest of a loan is in its repayments." in text


def test_why_marks_the_words(user: tuple[Application, str], ana: Pages) -> None:
    text = ana.get(f"{path_of(user)}/figures/all.income").text
    assert "PIED PIPER PTY LTD <mark>SALARY</mark>" in text
    assert "It moves between own accounts." in text
    assert "Counted as salary. The words" in text
    assert "Counted as buy now, pay later." in ana.get(f"{path_of(user)}/figures/flag.bnpl").text
    assert re.search(r"Of 100 rows that were decided in this way, \d+ are right", text)
    assert re.search(r"\d from [^<]+ to [^<]+ \(\d+ days\) is [^<]+ in 30 days", text)


def test_the_report_has_what_the_page_has(running: Serving, user: tuple[Application, str], ana: Pages) -> None:
    """Incomes, commitments, flags and the person's words; metrics by name; no text is cut."""
    tenant, rows = Tenant(user[0].id, user[1]), user[0].transactions(user[1])
    wage = next(row["id"] for row in rows if "SALARY" in row["description"])
    words = "my flatmate pays me back, half of the rent of every month since we moved in together in the winter"
    running.services.write_now(record_correction, wage, CorrectionKind.NOT_INCOME, words, tenant=tenant)
    answer = ana.get(f"{path_of(user)}/report.pdf")
    running.services.write_now(delete_correction, wage, tenant=tenant)
    assert (answer.status_code, answer.headers["content-type"], answer.content[:5]) == (200, "application/pdf", b"%PDF-")
    pages = read_words(answer.content)
    printed = " ".join(word.text for page in pages for word in page.words)
    for heading in ("Income, after tax", "Commitments", "Risk flags", "What the person says", "Accounting identity", "Transactions"):
        assert heading in printed
    for text in ("Fortnightly:", "REDFERN ROOMS RENT", "(ME046)", "Salary (INC-009)", "Late fees", *words.split()):
        assert text in printed
    assert "..." not in printed
    assert re.search(r"\d{4}-\d\d-\d\d", printed) is None, "days are written in one way"
    assert re.search(r"PAYMENT RECEIVED - THANK (YOU )?Low Fee Card -[0-9]", printed), "a repayment as it is counted, with its account"
    assert re.search(r"High Risk Activities: .*ATM Withdrawals -[0-9]", printed)
    assert re.search(r"THE DROVERS ARMS HOTEL Everyday Account -22\.00 It is pending", printed)
    for text in (
        "Last paid On average A month In all",
        "What was bought with a shared card is money out",
        "Account holder, as the banks name them: BERTRAM GILFOYLE.",
        "Made 18 Mar 2026, 12:00 UTC, for Lender.",
    ):
        assert text in printed
    assert f"Page 1 of {len(pages)}" in printed
    assert all(word.x1 <= 560 for page in pages for word in page.words), "nothing leaves the paper"


def test_an_unknown_figure_is_not_found(user: tuple[Application, str], ana: Pages) -> None:
    for id in ("all.x", "2001-01.income", "income.0"):
        assert ana.get(f"{path_of(user)}/figures/{id}").status_code == 404


def test_without_transactions_shared_nothing_is_worked_out(running: Serving, ana: Pages) -> None:
    app = running.application("Lender")
    user = app.new_user(email="gilfoyle@hooli.com", firstName="Bertram")
    app.settled(app.connect(user, "Gilfoyle", "PiedPiper"))
    path = path_of((app, user))
    assert "Income a month, after tax" in ana.get(path).text
    running.services.write_now(set_policy, policy_of(), tenant=app.id)
    running.services.write_now(consents.give_consent, ["account.basic", "account.detail"], tenant=Tenant(app.id, user))
    text = ana.get(path).text
    assert "Nothing may be worked out" in text
    assert "SALARY" not in text
    assert ana.get(f"{path}/figures/all.income").status_code == 404
    assert ana.get(f"{path}/report.pdf").status_code == 409
    assert "No figures yet" in ana.get(path_of((app, app.new_user(email="new@hooli.com")))).text


def test_what_changed_since_a_snapshot_is_shown_with_the_rows(running: Serving, ana: Pages) -> None:
    app = running.application("Lender")
    user = app.new_user(email="gilfoyle@hooli.com", firstName="Bertram")
    app.settled(app.connect(user, "Gilfoyle", "PiedPiper"))
    path = f"/dashboard/applications/{app.id}/users/{user}/money/compare"
    assert "Nothing to compare with" in ana.get(path).text
    snapshot = app.post(f"/users/{user}/affordability").json()["id"]
    same = ana.get(path, params={"snapshot": snapshot}).text
    head = same.partition('id="headlines"')[2]
    assert re.findall(r'<th scope="row">([^<]+)</th>', head)[:4] == ["Income, after tax", "Other money in", "Money out", "Left over"]
    assert head.count('<span class="soft">None</span>') == 4
    assert re.search(r"none of [0-9]+ figures changed", same)
    row = next(each for each in app.transactions(user) if "SALARY" in each["description"])
    running.services.write_now(set_category, row["id"], "interest", tenant=Tenant(app.id, user))
    page = ana.get(path, params={"snapshot": snapshot}).text
    assert re.search(r"[2-9] figures changed", page)
    parts = re.findall(r"<caption>[^<]+: ([^ ]+) before, ([^ ]+) after</caption>(.*?)</table>", page, re.DOTALL)
    assert len(parts) >= 2
    for before, after, table in parts:
        added = [cents(each) for each in re.findall(r'data-label="Adds" class="amount">([^<]+)<', table)]
        assert sum(added) == cents(after) - cents(before)
    assert "Now it is in Interest" in page
    assert "because 1 transaction is counted otherwise" in page
    assert ana.get(path, params={"snapshot": user}).status_code == 404
    assert ana.get(path, params={"snapshot": snapshot, "with": user}).status_code == 404


def test_two_snapshots_are_compared_in_their_order(running: Serving, ana: Pages) -> None:
    """What happened after the later of them is in neither; of a report of two people only the own accounts are compared."""
    app = running.application("Lender")
    user, other = app.new_user(email="gilfoyle@hooli.com"), app.new_user(email="gavin@hooli.com")
    app.settled(app.connect(user, "Gilfoyle", "PiedPiper"))
    app.settled(app.connect(other, "gavinBelson", "hooli2016"))
    tenant, path = Tenant(app.id, user), f"/dashboard/applications/{app.id}/users/{user}/money/compare"
    both = body_of(app, user, other)
    first = report_of(app, both).rpartition("/")[2]
    one, two = [row["id"] for row in app.transactions(user) if "SALARY" in row["description"]][:2]
    running.clock.advance(timedelta(seconds=5))
    running.services.write_now(set_category, one, "interest", tenant=tenant)
    second = report_of(app, both).rpartition("/")[2]
    running.services.write_now(set_category, two, "interest", tenant=tenant)
    asked = ({"snapshot": first, "with": second}, {"snapshot": second, "with": first})
    page, turned = (ana.get(path, params=params).text.partition("<main")[2] for params in asked)
    assert page == turned
    assert "because 1 transaction is counted otherwise" in page
    assert f"/transactions/{one}" in page
    assert f"/transactions/{two}" not in page
    assert "because 2 transactions are counted otherwise" in ana.get(path, params={"snapshot": first}).text
    assert all(row["id"] not in page for row in app.transactions(other))
    assert re.search(r"none of [0-9]+ figures changed", ana.get(path, params={"snapshot": first, "with": first}).text)


def test_late_fees_and_instalments_are_flags_of_their_own(running: Serving, ana: Pages) -> None:
    app = running.application("Lender")
    user = app.new_user(email="late@hooli.com")
    texts = ("LATE PAYMENT FEE", "OVERDRAWN FEE", "ACCOUNT KEEPING FEE", "AFTERPAY", "WOOLWORTHS 1234")
    head = "accountNo,accCurrency,accBalance,accType,accProduct,txnPostDate,txnDescription,txnAmount"
    lines = [f"12345678,AUD,95.50,transaction,Everyday,2026-03-{day:02},{text},-{day}.00" for day, text in enumerate(texts, 1)]
    app.settled(app.upload(user, "\n".join((head, *lines, "")).encode()).json()["id"])
    path = path_of((app, user))
    for flag, counted in (("late-fees", [-100]), ("overdrawn", [-200]), ("bnpl", [-400])):
        assert amounts_of(ana, f"{path}/figures/flag.{flag}") == counted


def test_the_page_of_every_kind_of_job_opens(running: Serving, ana: Pages) -> None:
    app = running.application("Lender")
    user = app.new_user(email="gavin@hooli.com")
    jobs = {JobKind.CONNECT: app.connect(user, "gavinBelson", "hooli2016")}
    app.settled(jobs[JobKind.CONNECT])
    connection = f"/users/{user}/connections/{app.get(f'/users/{user}/connections').json()['data'][0]['id']}"
    jobs[JobKind.REFRESH] = app.post(f"{connection}/refresh").json()["id"]
    app.settled(jobs[JobKind.REFRESH])
    jobs[JobKind.UPDATE] = app.post(connection, json={"password": "hooli2016"}).json()["id"]
    app.settled(jobs[JobKind.UPDATE])
    jobs[JobKind.STATEMENT] = app.upload(user, CSV).json()["id"]
    app.settled(jobs[JobKind.STATEMENT])
    jobs[JobKind.REPORT] = app.post("/reports", json=body_of(app, user)).json()["id"]
    report = app.settled(jobs[JobKind.REPORT])["steps"][0]["result"]["url"]
    assert set(jobs) == set(JobKind)
    texts = {kind: ana.get(f"/dashboard/applications/{app.id}/jobs/{job}").text for kind, job in jobs.items()}
    headings = {kind: re.search(r"<h1>(.+?)</h1>", text) for kind, text in texts.items()}
    assert {kind: found and found[1] for kind, found in headings.items()} == {
        JobKind.CONNECT: "Connecting Hooli",
        JobKind.REFRESH: "Refreshing Hooli",
        JobKind.UPDATE: "New credentials for Hooli",
        JobKind.STATEMENT: "Statement of ING",
        JobKind.REPORT: "Report \N{LEFT DOUBLE QUOTATION MARK}Joint application\N{RIGHT DOUBLE QUOTATION MARK}",
    }
    assert f"GET {report}" in texts[JobKind.REPORT]
    leads = re.search(r'href="([^"]+/money/compare[^"]+)"', texts[JobKind.REPORT])
    assert leads
    assert ana.get(leads[1]).status_code == 200
    assert app.delete(report).status_code == 204
    assert "<h1>Report</h1>" in ana.get(f"/dashboard/applications/{app.id}/jobs/{jobs[JobKind.REPORT]}").text
