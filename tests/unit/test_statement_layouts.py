"""Layouts are data, and one that is wrong is refused when it is loaded: with its file, the key and what is expected there."""

from __future__ import annotations

import pytest

from bowerbird.plugins import registry
from bowerbird.plugins.institutions import load
from bowerbird.plugins.registry import PluginError, discover, distinct, statement_layouts
from bowerbird.sdk.statement_layout import LayoutError, read_layout
from bowerbird.statements.pdf.issuers import known_issuers
from tests.leaf_samples import LAYOUTS
from tests.statement_factory.catalogue import PRINTERS

NAME = "cba_deposit_2017/layout.toml"
TEXT = (LAYOUTS / NAME).read_text("utf-8")


def complaint(text: str, name: str = NAME) -> str:
    with pytest.raises(LayoutError) as refused:
        read_layout(text, name)
    return str(refused.value)


@pytest.mark.parametrize(
    ("printed", "instead", "expected"),
    [
        ('tier = "real scrambled sample"', "", "missing required field `tier`"),
        ('tier = "real scrambled sample"', 'tier = "tried"', "Invalid enum value 'tried' - at `$.tier`"),
        ('figures = "last"', 'figures = "middle"', "Invalid enum value 'middle' - at `$.rows.figures`"),
        ('balance = "every"', 'balance = "every"\nsum = 1', "unknown field `sum`"),
        ('date = "Date"', 'day = "Date"', "Invalid enum value 'day'"),
        ('"GoalSaver" = "savings"', '"GoalSaver" = "money box"', "Invalid enum value 'money box'"),
        (', balance = "Balance" }', " }", 'proof.balance: expected "none" exactly where table.header has no balance'),
        (', credit = "Credit"', "", "table.header: expected debit and credit together"),
        ('debit = "Debit", credit = "Credit"', 'kind = "Debit"', "table.header: expected debit and credit, or amount"),
        ('description = "Transaction"', 'kind = "Transaction"', "table.header: expected date and description"),
        ('dates = ["d MMM"]', 'dates = ["%d %b"]', "rows.dates: expected a form such as d MMM yyyy, got '%d %b'"),
        ('label = "Period"\nformat = "d MMM yyyy"', 'label = "Period"\nformat = "day"', "period.format: expected a form"),
        ('label = "Period"', 'label = "Period"\nstarts = "From"\nends = "To"', "period: expected either label, or starts and ends"),
        ("pattern = '.+'", "pattern = '('", "holder.pattern: expected a regular expression"),
        ('"opening", "closing", "totals"]', '"opening"]', "proof.require: expected opening and closing"),
    ],
)
def test_a_wrong_layout_is_refused(printed: str, instead: str, expected: str) -> None:
    assert printed in TEXT
    message = complaint(TEXT.replace(printed, instead))
    assert message.startswith(f"{NAME}: ")
    assert expected in message


def test_totals_that_are_required_need_a_place() -> None:
    card = (LAYOUTS / "cba_card_2017" / "layout.toml").read_text("utf-8")
    message = complaint(card.replace('what = "debits"', 'what = "credits"'), "cba_card_2017/layout.toml")
    assert "proof.require: expected a place where totals is printed, or totals left out" in message


def test_a_file_that_is_no_toml_is_refused() -> None:
    assert complaint("id = ").startswith(f"{NAME}: is not TOML")


def test_every_shipped_layout_is_found_and_can_be_printed() -> None:
    found = discover().statement_layouts
    assert {layout.id for layout in found} == set(PRINTERS)
    catalogue = load()
    for layout in found:
        assert catalogue.known_as(layout.institution) is not None
        assert layout.institution in {issuer.origin for issuer in known_issuers()}


def test_two_layouts_cannot_have_one_id() -> None:
    layout = read_layout(TEXT, NAME)
    with pytest.raises(PluginError, match=r"two layouts have the id cba\.deposit\.2017"):
        distinct([*statement_layouts(), layout])


def test_a_broken_layout_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(text: str, name: str) -> None:
        raise LayoutError(f"{name}: wrong")

    monkeypatch.setattr(registry, "read_layout", refuse)
    with pytest.raises(PluginError, match="layout anz"):
        statement_layouts()
