"""Pages about statements: the file, its rows, its proof, unknown layouts; and the map of these pages."""

from __future__ import annotations

from bowerbird.web.dashboard.statements import statement, statements, unknown_layouts
from bowerbird.web.kernel.page import Page

_STATEMENTS = "/dashboard/applications/{application_id}/users/{user_id}/statements"
_ONE = f"{_STATEMENTS}/{{job_id}}"

STATEMENT_PAGES: tuple[Page, ...] = (
    Page("show_statements", "GET", _STATEMENTS, statements.show_statements),
    Page("show_statement", "GET", _ONE, statement.show_statement),
    Page("show_statement_page", "GET", f"{_ONE}/pages/{{page}}", statement.show_statement_page),
    Page("show_prints", "GET", unknown_layouts.PATH, unknown_layouts.show_unknown_layouts),
    Page("map_product", "POST", unknown_layouts.PATH, unknown_layouts.map_product),
    Page("decide_print", "POST", f"{unknown_layouts.PATH}/{{print_id}}", unknown_layouts.decide_unknown_layout),
    Page("show_draft", "GET", f"{unknown_layouts.PATH}/{{print_id}}/draft", unknown_layouts.show_draft),
)
