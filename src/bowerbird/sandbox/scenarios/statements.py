"""Statements: uploads that are refused, and files that contradict themselves. All of them are made up.

They are of live institutions, as the protocol requires, so the application that uploads them allows test statements.
"""

from __future__ import annotations

import base64
from importlib.resources import files
from typing import Any

from bowerbird import codes
from bowerbird.codes import Entry
from bowerbird.sandbox.scenarios.parts import (
    CONNECTION,
    CONNECTIONS,
    DELETE_USER,
    NEW_USER,
    RESET_LIMITS,
    SAVE_JOB,
    USER,
    Scenario,
    Step,
    application,
    ends,
    limits,
    reaches,
    refused,
    request,
    says,
    token,
)

_CSV_BANK, _CBA, _NAB = "AU00201", "AU04301", "AU01001"
_HEAD = "accountNo,accCurrency,accBalance,accType,accProduct,txnPostDate,txnDescription,txnAmount"
_ROW = "12345678,AUD,95.50,transaction,Everyday,2026-03-01,Coffee,-4.50"


def _upload(content: bytes, institution: str | None = _CSV_BANK, name: str = "statement.csv", **more: Any) -> Step:
    fields = [{"name": "institutionId", "value": institution}] if institution else []
    file = {"name": "statement", "filename": name, "base64": base64.b64encode(content).decode()}
    return request("POST", f"{USER}/statements", multipart=[*fields, file], **more)


def _with_test_statements(*steps: Step) -> Scenario:
    return [application(rehearsal=True), token(), NEW_USER, *steps, DELETE_USER]


def _csv(entry: Entry, *lines: str, before: tuple[Step, ...] = (), after: tuple[Step, ...] = ()) -> Scenario:
    return _with_test_statements(*before, _upload("\n".join(lines).encode(), save=SAVE_JOB), ends(entry), *after)


def _pdf(entry: Entry, content: bytes, institution: str = _CBA) -> Scenario:
    return _with_test_statements(_upload(content, institution, "statement.pdf", save=SAVE_JOB), ends(entry))


def _file(name: str) -> bytes:
    return files(__package__).joinpath(name).read_bytes()


SCENARIOS: dict[Entry, Scenario] = {
    codes.STATEMENT_TOO_LONG: _with_test_statements(
        limits(statementMaxBytes=1_000), _upload(b"a" * 1_001, expect=says(codes.STATEMENT_TOO_LONG)), RESET_LIMITS
    ),
    codes.INSTITUTION_ID_NOT_PROVIDED: _with_test_statements(_upload(_ROW.encode(), None, expect=says(codes.INSTITUTION_ID_NOT_PROVIDED))),
    codes.STATEMENT_NOT_VALID: _with_test_statements(_upload(b"\x89PNG\0", expect=says(codes.STATEMENT_NOT_VALID))),
    codes.INSTITUTION_NOT_SUPPORTED: _with_test_statements(
        _upload(f"{_HEAD}\n{_ROW}\n".encode(), "AU00000", expect=says(codes.INSTITUTION_NOT_SUPPORTED))
    ),
    codes.CONNECTION_NOT_WEB: _with_test_statements(
        _upload(f"{_HEAD}\n{_ROW}\n".encode(), save=SAVE_JOB),
        reaches(2, "success"),
        CONNECTION,
        refused(codes.CONNECTION_NOT_WEB, "POST", f"{CONNECTIONS}/{{{{connectionId}}}}/refresh"),
    ),
    codes.MIXED_CURRENCIES: _with_test_statements(
        _upload("\n".join((_HEAD, _ROW, _ROW.replace("AUD", "USD").replace("12345678", "87654321"))).encode(), save=SAVE_JOB),
        reaches(2, "success"),
        refused(codes.MIXED_CURRENCIES, "POST", f"{USER}/income"),
    ),
    codes.CSV_MISSING_FIELD: _csv(codes.CSV_MISSING_FIELD, "a,b", "1,2"),
    codes.CSV_MISSING_VALUE: _csv(codes.CSV_MISSING_VALUE, _HEAD, _ROW.replace("Coffee", "")),
    codes.CSV_INVALID_VALUE: _csv(codes.CSV_INVALID_VALUE, _HEAD, _ROW.replace("AUD", "XYZ")),
    codes.CSV_ACCOUNT_DIFFERS: _csv(codes.CSV_ACCOUNT_DIFFERS, _HEAD, _ROW, _ROW.replace("95.50", "96.50")),
    codes.CSV_EMPTY: _csv(codes.CSV_EMPTY, _HEAD),
    codes.CSV_TOO_MANY_ROWS: _csv(codes.CSV_TOO_MANY_ROWS, _HEAD, *[_ROW] * 4, before=(limits(csvMaxRows=3),), after=(RESET_LIMITS,)),
    codes.CSV_INVALID_ROW: _csv(codes.CSV_INVALID_ROW, _HEAD, "a,b"),
    codes.CSV_AFTER_LAST_UPDATED: _csv(codes.CSV_AFTER_LAST_UPDATED, f"{_HEAD},accLastUpdated", f"{_ROW},2026-02-01"),
    codes.STATEMENT_INVALID: _pdf(codes.STATEMENT_INVALID, b"%PDF-1.7\nnothing"),
    codes.STATEMENT_NOT_SUPPORTED: _pdf(codes.STATEMENT_NOT_SUPPORTED, _file("statement.pdf"), _NAB),
    codes.STATEMENT_NEW_PRODUCT: _pdf(codes.STATEMENT_NEW_PRODUCT, _file("new_product.pdf")),
    codes.STATEMENT_PARSING_ERROR: _pdf(codes.STATEMENT_PARSING_ERROR, _file("contradicting_figure.pdf")),
}
