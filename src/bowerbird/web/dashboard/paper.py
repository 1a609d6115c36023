"""The page map of statements: what was uploaded, page by page, and what of it nobody had met before."""

from __future__ import annotations

from bowerbird.web.dashboard import prints, statement, statements
from bowerbird.web.page import Page

_STATEMENTS = "/dashboard/applications/{application_id}/users/{user_id}/statements"
_ONE = f"{_STATEMENTS}/{{job_id}}"

STATEMENT_PAGES: tuple[Page, ...] = (
    Page("show_statements", "GET", _STATEMENTS, statements.show_statements),
    Page("show_statement", "GET", _ONE, statement.show_statement),
    Page("show_statement_page", "GET", f"{_ONE}/pages/{{page}}", statement.show_statement_page),
    Page("show_prints", "GET", prints.PATH, prints.show_prints),
    Page("map_product", "POST", prints.PATH, prints.map_product),
    Page("decide_print", "POST", f"{prints.PATH}/{{print_id}}", prints.decide_print),
    Page("show_draft", "GET", f"{prints.PATH}/{{print_id}}/draft", prints.show_draft),
)
