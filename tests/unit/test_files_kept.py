"""For how long the file of a statement is kept, as the setting says it."""

from __future__ import annotations

import pytest

from bowerbird.settings import SettingsError, files_kept_days, read_settings

DAYS = "BOWERBIRD_STATEMENT_FILES_KEPT_DAYS"


@pytest.mark.parametrize(
    ("environment", "days"),
    [
        ({}, 0),
        ({"BOWERBIRD_SANDBOX_CONTROLS": "yes"}, 7),
        ({"BOWERBIRD_SANDBOX_CONTROLS": "yes", DAYS: "0"}, 0),
        ({DAYS: "0"}, 0),
        ({DAYS: "30"}, 30),
    ],
)
def test_files_are_kept_where_it_says_so(environment: dict[str, str], days: int) -> None:
    assert files_kept_days(read_settings(environment)) == days


@pytest.mark.parametrize("value", ["-1", "1.5", "ever", "\u0667", "99999"])
def test_a_number_of_days_that_is_none_is_refused_by_name(value: str) -> None:
    with pytest.raises(SettingsError, match=DAYS):
        read_settings({DAYS: value})
