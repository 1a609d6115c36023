"""The catalogue of institutions: what the built-in file promises, and how a wrong file is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from stdnum.au import abn

from bowerbird.model.connection import Method
from bowerbird.model.ids import is_institution_id
from bowerbird.model.institution import Authorization, InstitutionType, Stage
from bowerbird.plugins.institutions import CatalogueError, load

SANDBOX = {
    "AU00000": ("Hooli Bank", InstitutionType.TEST_BANK, Authorization.USER),
    "AU00001": ("Bachmanity Bank", InstitutionType.TEST_BANK, Authorization.USER),
    "AU00002": ("Pied Piper Bank", InstitutionType.TEST_BANK, Authorization.USER_MFA),
    "AU00003": ("Aviato Bank", InstitutionType.TEST_BANK, Authorization.USER),
    "AU00004": ("HooliGov", InstitutionType.GOVERNMENT, Authorization.USER),
    "AU00005": ("Nucleus Bank", InstitutionType.TEST_BANK, Authorization.USER_MFA_INTERMITTENT),
    "AU00006": ("Seeded Bank", InstitutionType.TEST_BANK, Authorization.USER),
    "AU00007": ("Raviga Bank", InstitutionType.TEST_BANK, Authorization.OTHER),
}
OWN = """
[[institution]]
id = "AU95001"
name = "Bank of Our Own"
type = "Bank"
tier = "4"
connectors = { csv = {} }
"""


def _load(folder: Path, text: str) -> str:
    """The refusal of a file that must not load."""
    file = folder / "own.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(CatalogueError) as caught:
        load(file)
    message = str(caught.value)
    assert message.startswith(str(file))
    return message


ONLY_READ = {
    "AU94001": [Method.WEB], "AU94002": [Method.OPEN_BANKING], "DE90001": [Method.WEB], "FI90001": [Method.OPEN_BANKING],
    "GB90001": [Method.WEB], "NZ90001": [Method.WEB], "US90001": [Method.WEB],
}  # fmt: skip
"""What a connector reads and no statement is of."""
WITH_LOGIN = {"AU90001": [Method.WEB], **ONLY_READ}
"""Live institutions that a connector reads."""


def test_sandbox_institutions_have_a_login_each() -> None:
    sandbox = {institution.id: institution for institution in load() if institution.sandbox}
    assert {id: (each.name, each.type, each.channels[0].authorization) for id, each in sandbox.items()} == SANDBOX
    for institution in sandbox.values():
        has_own_pages = institution.id == "AU00007"
        assert [channel.method for channel in institution.channels] == [Method.OPEN_BANKING if has_own_pages else Method.WEB]
        assert bool(institution.channels[0].captions.login_id) is not has_own_pages


def test_real_institutions_take_statements_and_some_a_login() -> None:
    real = [institution for institution in load() if not institution.sandbox]
    assert len(real) >= 25
    for institution in real:
        login = WITH_LOGIN.get(institution.id, [])
        files = [] if institution.id in ONLY_READ else [Method.PDF, Method.CSV]
        assert [channel.method for channel in institution.channels] == [*login, *files]
        assert (institution.country == "Australia") is institution.id.startswith("AU")
        assert institution.abn is None or abn.is_valid(institution.abn)


def test_ids_are_in_order_and_ours_in_their_range() -> None:
    ids = [institution.id for institution in load()]
    assert ids == sorted(set(ids))
    assert all(map(is_institution_id, ids))
    assert [id for id in ids if id >= "AU90000"] == ["AU90001", "AU90002", "AU90003", *ONLY_READ, "XX90001"]
    names = [institution.name for institution in load()]
    assert len(names) == len(set(names))


def test_an_operator_adds_disables_and_maps(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('disable = ["AU04301", "AU95001"]\nids = { AU90001 = "AU20680" }\n' + OWN, "utf-8")
    catalogue = load(file)
    assert len(catalogue) == len(load()) + 1
    own, commbank, up = catalogue.find("AU95001"), catalogue.find("AU04301"), catalogue.find("AU20680")
    assert own is not None
    assert own.disabled
    assert own.short_name == "Bank of Our Own"
    assert commbank is not None
    assert commbank.disabled
    assert up is not None
    assert (up.name, up.origin, up.disabled) == ("Up", "AU90001", False)
    assert catalogue.find("AU90001") is None
    assert catalogue.known_as("AU90001") is up
    assert [each.id for each in catalogue] == sorted(each.id for each in catalogue)


def test_an_operator_replaces_an_entry_knowingly(tmp_path: Path) -> None:
    entry = OWN.replace("AU95001", "AU04301")
    message = _load(tmp_path, entry)
    assert "institution 1 (AU04301)" in message
    assert "Commonwealth Bank of Australia" in message
    assert "replaces = true" in message
    file = tmp_path / "own.toml"
    file.write_text(entry + "replaces = true\n", "utf-8")
    replaced = load(file).find("AU04301")
    assert replaced is not None
    assert replaced.name == "Bank of Our Own"


def test_ids_may_change_places(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('ids = { AU90001 = "AU90002", AU90002 = "AU90001" }', "utf-8")
    up = load(file).find("AU90002")
    assert up is not None
    assert up.name == "Up"


def test_a_connector_says_what_it_differs_in(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    connectors = (
        "connectors.web.captions = { login_id = 'Card', password = 'PIN', security_code = 'Code' }\nconnectors.web.stage = 'beta'\n"
        "connectors.csv.scopes = ['bank.account.basic']"
    )
    file.write_text(OWN.replace("connectors = { csv = {} }", connectors), "utf-8")
    own = load(file).find("AU95001")
    assert own is not None
    web, csv = own.channels
    assert (web.method, web.stage, web.authorization, web.captions.security_code) == (Method.WEB, Stage.BETA, Authorization.USER, "Code")
    assert (csv.method, csv.authorization, csv.scopes) == (Method.CSV, Authorization.OTHER, ("bank.account.basic",))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("AU95001", "AU9500"), ("institution 1 (AU9500)", "two capitals and five digits")),
        (("AU95001", "au95001"), ("two capitals and five digits",)),
        (('type = "Bank"', 'type = "Shop"'), ("institution 1 (AU95001)", "'Shop'", "Write one of: Bank, Bank (Foreign), Test Bank")),
        (('tier = "4"', 'tier = "5"'), ("Write one of: 1, 2, 3, 4.",)),
        (('tier = "4"', "tier = 4"), ("Expected `str`, got `int`", "Write one of: 1, 2, 3, 4.")),
        (('tier = "4"\n', ""), ("missing required field `tier`", "Add it.")),
        (('tier = "4"', 'tier = "4"\ncolor = "#000000"'), ("unknown field `color`", "Remove it, or correct its spelling.")),
        (('tier = "4"', 'tier = "4"\ncolour = "red"'), ("A colour is written as #1A2B3C.",)),
        (('tier = "4"', 'tier = "4"\nabn = "12345678901"'), ("12345678901 is not a valid ABN",)),
        (('name = "Bank of Our Own"', 'name = ""'), ("$.name",)),
        (("csv = {}", "fax = {}"), ("'fax'", "Write one of: web, pdf, csv, openbanking.")),
        (("csv = {}", ""), ("$.connectors", "Write one of")),
        (("csv = {}", "csv = { stage = 'gamma' }"), ("Write one of: live, beta, alpha.",)),
        (("csv = {}", "csv = { status = 'down' }"), ("Write one of: operational",)),
        (("csv = {}", "csv = { authorization = 'none' }"), ("Write one of: user, token",)),
        (("csv = {}", "csv = { captions = { login_id = 'Login' } }"), ("csv asks for no login",)),
        (("csv = {}", "web = {}"), ("captions.login_id and captions.password",)),
        (
            ("csv = {}", "web = { captions = { login_id = 'a', password = 'b', forgotten_password_url = 'javascript:alert(1)' } }"),
            ("It is an https address.",),
        ),
        (("[[institution]]", "[[institution]]\n[[institution]]"), ("institution 1 (without id)", "missing required field")),
        (("[[institution]]", "[[institutions]]"), ("unknown field `institutions`",)),
        (("[[institution]]", "disable = ['AU99999']\n[[institution]]"), ("disable names AU99999", "Correct or remove it.")),
        (("[[institution]]", "ids = { AU99999 = 'AU99998' }\n[[institution]]"), ("[ids] names AU99999",)),
        (("[[institution]]", "ids = { AU95001 = 'elsewhere' }\n[[institution]]"), ("$.ids",)),
        (
            ("[[institution]]", "ids = { AU95001 = 'AU04301' }\n[[institution]]"),
            ("both Commonwealth Bank of Australia and Bank of Our Own",),
        ),
        (("[[institution]]", "[[institution"), ("is not TOML",)),
        (("csv = {} }", "csv = {} }\n" + OWN), ("institution 2 (AU95001)", "twice")),
    ],
)
def test_a_wrong_file_is_refused_with_line_and_reason(tmp_path: Path, change: tuple[str, str], expected: tuple[str, ...]) -> None:
    message = _load(tmp_path, OWN.replace(*change, 1))
    for part in expected:
        assert part in message


def test_a_missing_or_unreadable_file(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"cannot be read"):
        load(tmp_path / "none.toml")
    file = tmp_path / "latin.toml"
    file.write_bytes(b'name = "\xe9"')
    with pytest.raises(CatalogueError, match="UTF-8"):
        load(file)
