"""The file of connector settings: what cannot be read names the setting."""

from __future__ import annotations

from pathlib import Path

import pytest

from bowerbird.plugins.bank_network import SettingsFileError, read_connector_settings


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("env:NO_SUCH_KEY", "the environment has no variable NO_SUCH_KEY"),
        ("file:/no/such/key.pem", "the file '/no/such/key.pem' cannot be read"),
        ("file:.", "the file '.' cannot be read"),
        ("file:\\u0000", "the file '\\x00' cannot be read"),
    ],
)
def test_a_value_that_cannot_be_read_names_its_setting(tmp_path: Path, value: str, why: str) -> None:
    file = tmp_path / "connectors.toml"
    file.write_text(f'[up]\naddress = "https://mock.example"\n[enablebanking]\nkey = "{value}"\n')
    with pytest.raises(SettingsFileError, match=r"\[enablebanking\] key") as refused:
        read_connector_settings(str(file), {})
    assert why in str(refused.value)


def test_a_file_that_is_no_text_names_its_setting(tmp_path: Path) -> None:
    key, file = tmp_path / "key.der", tmp_path / "connectors.toml"
    key.write_bytes(b"\xff\xfe\x00")
    file.write_text(f'[enablebanking]\nkey = "file:{key}"\n')
    with pytest.raises(SettingsFileError, match=r"\[enablebanking\] key"):
        read_connector_settings(str(file), {})


def test_values_of_the_environment_and_of_files(tmp_path: Path) -> None:
    key, file = tmp_path / "key", tmp_path / "connectors.toml"
    key.write_text("secret\n")
    file.write_text(f'[a]\none = "env:ONE"\ntwo = "file:{key}"\nthree = "plain"\n')
    assert read_connector_settings(str(file), {"ONE": "1"}) == {"a": {"one": "1", "two": "secret", "three": "plain"}}
