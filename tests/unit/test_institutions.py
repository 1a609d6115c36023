"""Connectors and institutions as the wire shows them, their filters and their logos."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest

from bowerbird import codes
from bowerbird.api.operations.institutions import connector_list, connector_view, institution_list, institution_view
from bowerbird.domain.institutions import connectors, institutions
from bowerbird.domain.institutions.institutions import logo_svg
from bowerbird.model.institution import Catalogue, Institution
from bowerbird.model.problem import Problem
from bowerbird.plugins.institutions import load

BASE = "https://bank.example"
CATALOGUE = load()


def list_connectors(catalogue: Catalogue, filter_text: str | None, base: str, *, public: bool = False) -> dict[str, Any]:
    return _decoded(connector_list(catalogue, filter_text, base, public=public))


def list_institutions(catalogue: Catalogue, filter_text: str | None, base: str, *, public: bool = False) -> dict[str, Any]:
    return _decoded(institution_list(catalogue, filter_text, base, public=public))


def get_connector(catalogue: Catalogue, connector_id: str, method: str, base: str) -> dict[str, Any]:
    return _decoded(connector_view(connectors.get_connector(catalogue, connector_id, method), base))


def get_institution(catalogue: Catalogue, institution_id: str, base: str) -> dict[str, Any]:
    return _decoded(institution_view(institutions.get_institution(catalogue, institution_id), base))


def _decoded(view: msgspec.Struct) -> dict[str, Any]:
    decoded: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(view))
    return decoded


def _ids(filter_text: str | None, catalogue: Catalogue = CATALOGUE) -> list[str]:
    return [each["id"] for each in list_connectors(catalogue, filter_text, BASE)["data"]]


def _hooli() -> Institution:
    hooli = CATALOGUE.find("AU00000")
    assert hooli is not None
    return hooli


def _disabling(id: str) -> Catalogue:
    return Catalogue({each.id: replace(each, disabled=each.id == id) for each in CATALOGUE})


def test_a_connector() -> None:
    assert get_connector(CATALOGUE, "AU00000", "web", BASE) == {
        "type": "connector",
        "id": "AU00000",
        "method": "web",
        "stage": "live",
        "status": "operational",
        "institution": {
            "type": "Test Bank",
            "name": "Hooli Bank",
            "shortName": "Hooli",
            "tier": "4",
            "country": "Australia",
            "logo": {
                "type": "image",
                "colors": {"primary": "#1F4E8C"},
                "links": {"square": f"{BASE}/public/logos/AU00000.svg", "full": f"{BASE}/public/logos/AU00000-full.svg"},
            },
        },
        "scopes": ["customer.person.basic", "customer.person.detail", "bank.account.basic", "bank.account.detail", "bank.transaction"],
        "authorization": {"type": "user", "meta": {"login_id_caption": "Login", "password_caption": "Password"}},
        "stats": {"averageDurationMs": None},
        "links": {"self": f"{BASE}/connectors/AU00000/web"},
    }


def test_the_list_has_a_connector_for_every_method() -> None:
    answer = list_connectors(CATALOGUE, None, BASE)
    assert answer["type"] == "list"
    assert answer["totalCount"] == len(answer["data"]) == sum(len(each.channels) for each in CATALOGUE if not each.disabled)
    assert answer["links"] == {"self": f"{BASE}/connectors"}
    assert list_connectors(CATALOGUE, "", BASE, public=True)["links"] == {"self": f"{BASE}/public/connectors"}
    for each in answer["data"]:
        assert get_connector(CATALOGUE, each["id"], each["method"], BASE) == each


@pytest.mark.parametrize(
    ("filter_text", "expected"),
    [
        ("connector.id.eq('AU00002')", ["AU00002"]),
        ("connector.id.eq(%27AU00002%27)", ["AU00002"]),
        ("connector.authorization.type.eq('user-mfa-intermittent')", ["AU00005"]),
        ("connector.authorization.type.in('user-mfa', 'user-mfa-intermittent')", ["AU00002", "AU00005", "DE90001"]),
        ("connector.institution.type.eq('Government')", ["AU00004"]),
        (
            "connector.institution.type.ne('Test Bank'),connector.method.eq('web')",
            ["AU00004", "AU90001", "AU94001", "DE90001", "GB90001", "NZ90001", "US90001"],
        ),
        ("connector.institution.tier.eq('1'),connector.method.eq('pdf')", ["AU00601", "AU01001", "AU04301", "AU14201"]),
        ("connector.institution.tier.in('1','2'),connector.stage.eq('live'),connector.id.eq('AU04301')", ["AU04301"]),
        ("connector.institution.id.in('AU00601','AU04301'),connector.stage.ne('alpha')", ["AU00601", "AU04301"]),
        ("connector.institution.name.eq('People''s Choice'),connector.method.eq('csv')", ["AU09801"]),
        ("connector.scopes.in('customer.person.detail','energy'),connector.connectorEngine.ne('node')", ["AU00007", "AU94002", "FI90001"]),
        ("connector.scopes.ne('customer.person.basic'),connector.connectorEngine.eq('node')", []),
        ("connector.connectorCategory.eq('chrome')", []),
        ("connector.method.eq('open-banking')", ["AU00007", "AU94002", "FI90001"]),
        ("connector.method.eq('openbanking')", ["AU00007", "AU94002", "FI90001"]),
        ("connector.institution.country.in('Yugoslavia')", []),
        ("connector.institution.country.eq('New Zealand')", ["NZ90001"]),
        ("connector.status.ne('operational')", []),
        ("connector.status.in('under-maintenance','unknown')", []),
    ],
)
def test_connector_filters(filter_text: str, expected: list[str]) -> None:
    assert _ids(filter_text) == expected


def test_filters_of_published_clients() -> None:
    everything = list_connectors(CATALOGUE, None, BASE)["data"]
    published = "connector.stage.ne(%27alpha%27),connector.authorization.type.in('other','user','user-mfa','user-mfa-intermittent','token')"
    assert _ids(published) == [each["id"] for each in everything if each["stage"] != "alpha"]
    page = (
        "institution.stage.ne('alpha'),institution.connectorStatus.eq('active'),institution.country.eq('Australia'),"
        "institution.authorization.in('user', 'user-mfa', 'user-mfa-intermittent'),institution.openBankingSource.eq('web')"
    )
    assert [each["id"] for each in list_institutions(CATALOGUE, page, BASE)["data"]] == [f"AU0000{number}" for number in range(6)]


@pytest.mark.parametrize("lister", [list_connectors, list_institutions])
@pytest.mark.parametrize(
    "rest", ["stage.eq('gold')", "tier.eq('9')", "id.eq('12')", "id.bt('AU00000','AU00002')", "colour.eq('x')", "stage.eq("]
)
def test_wrong_filters(lister: Callable[[Catalogue, str, str], dict[str, Any]], rest: str) -> None:
    prefix = "connector" if lister is list_connectors else "institution"
    with pytest.raises(Problem) as caught:
        lister(CATALOGUE, f"{prefix}.{rest}", BASE)
    assert caught.value.entry is codes.FILTER_NOT_VALID
    assert caught.value.parameter == "filter"


@pytest.mark.parametrize(
    ("connector", "method", "entry", "parameter"),
    [
        ("nonsense", "web", codes.ID_NOT_VALID, "connectorId"),
        ("au00000", "web", codes.ID_NOT_VALID, "connectorId"),
        ("AU00000\n", "web", codes.ID_NOT_VALID, "connectorId"),
        ("AU00000", "fax", codes.METHOD_NOT_VALID, "method"),
        ("AU00000", "pdf", codes.CONNECTOR_NOT_FOUND, None),
        ("AU00000", "open-banking", codes.CONNECTOR_NOT_FOUND, None),
        ("AU77777", "web", codes.CONNECTOR_NOT_FOUND, None),
    ],
)
def test_connectors_that_are_none(connector: str, method: str, entry: codes.Entry, parameter: str | None) -> None:
    with pytest.raises(Problem) as caught:
        get_connector(CATALOGUE, connector, method, BASE)
    assert (caught.value.entry, caught.value.parameter) == (entry, parameter)


def test_open_banking_under_both_names_and_with_its_abn(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(
        '[[institution]]\nid = "AU95001"\nname = "Own"\ntype = "Bank"\ntier = "4"\n'
        'abn = "48 123 123 124"\nconnectors = { openbanking = {} }\n',
        "utf-8",
    )
    catalogue = load(file)
    one = get_connector(catalogue, "AU95001", "open-banking", BASE)
    assert one == get_connector(catalogue, "AU95001", "openbanking", BASE)
    assert (one["method"], one["institution"]["abn"]) == ("openbanking", "48123123124")
    assert _ids("connector.method.eq('open-banking')", catalogue) == ["AU00007", "AU94002", "AU95001", "FI90001"]


def test_disabled_institutions_are_not_listed_but_read() -> None:
    catalogue = _disabling("AU04301")
    assert "AU04301" not in _ids(None, catalogue)
    assert "AU04301" not in [each["id"] for each in list_institutions(catalogue, None, BASE)["data"]]
    assert get_connector(catalogue, "AU04301", "csv", BASE)["status"] == "major-outage"
    assert get_institution(catalogue, "AU04301", BASE)["status"] == "major-outage"


def test_an_institution_of_version_2() -> None:
    hooli = get_institution(CATALOGUE, "AU00000", BASE)
    features = hooli.pop("features")
    assert hooli == {
        "type": "institution",
        "id": "AU00000",
        "name": "Hooli Bank",
        "shortName": "Hooli",
        "institutionType": "Test Bank",
        "country": "Australia",
        "serviceName": "Personal Online Banking",
        "serviceType": "Personal Banking",
        "loginIdCaption": "Login",
        "passwordCaption": "Password",
        "tier": "4",
        "authorization": "user",
        "stage": "live",
        "status": "operational",
        "stats": {"averageDurationMs": None},
        "logo": get_connector(CATALOGUE, "AU00000", "web", BASE)["institution"]["logo"],
        "links": {"self": f"{BASE}/institutions/AU00000"},
    }
    assert features["login"] == ["web"]
    assert features["mfaChallenge"] == []
    assert features["accounts"]["balance"] == ["web"]
    assert get_institution(CATALOGUE, "AU00002", BASE)["features"]["mfaChallenge"] == ["web"]


def test_a_statement_institution_of_version_2() -> None:
    commbank = get_institution(CATALOGUE, "AU04301", BASE)
    assert commbank["authorization"] == "other"
    assert "loginIdCaption" not in commbank
    assert commbank["features"]["login"] == []
    assert commbank["features"]["transactions"]["amount"] == ["pdf", "csv"]
    assert commbank["features"]["profile"]["fullName"] == []


@pytest.mark.parametrize(
    ("filter_text", "count"),
    [
        ("institution.institutionType.ne('Test Bank'),institution.serviceType.eq('Government Services')", 1),
        ("institution.country.in('Yugoslavia')", 0),
        ("institution.authorization.eq('user-mfa')", 2),
        ("institution.id.in('AU00601', 'AU04301')", 2),
        (None, sum(not each.disabled for each in CATALOGUE)),
    ],
)
def test_institution_filters(filter_text: str | None, count: int) -> None:
    answer = list_institutions(CATALOGUE, filter_text, BASE, public=True)
    assert answer["totalCount"] == len(answer["data"]) == count
    assert answer["links"] == {"self": f"{BASE}/public/institutions"}


def test_institutions_that_are_none() -> None:
    with pytest.raises(Problem) as caught:
        get_institution(CATALOGUE, "AU77777", BASE)
    assert (caught.value.entry, caught.value.parameter) == (codes.INSTITUTION_NOT_FOUND, None)
    with pytest.raises(Problem) as caught:
        get_institution(CATALOGUE, "AU7", BASE)
    assert (caught.value.entry, caught.value.detail) == (codes.ID_NOT_VALID, "Institution ID value is not valid")


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("name", ["Hooli", "People's Choice", "P&N Bank", '<script>alert("1")</script>', "…", "  ", "Ünïon 123"])
def test_logos_are_drawings_and_nothing_else(name: str, full: bool) -> None:
    drawing = ElementTree.fromstring(logo_svg(replace(_hooli(), short_name=name), full))
    tags = [element.tag.rpartition("}")[2] for element in drawing.iter()]
    assert tags == ["svg", "title", "rect", "text"] + (["text"] if full else [])
    assert drawing[0].text == name
    assert len(drawing[2].text or "") in (1, 2)
    assert not [key for element in drawing.iter() for key in element.attrib if key.startswith("on") or "href" in key]


def test_logos_read_on_light_and_dark() -> None:
    assert 'fill="#FFFFFF">H<' in logo_svg(replace(_hooli(), colour="#000000"), False)
    assert 'fill="#1A202C">H<' in logo_svg(replace(_hooli(), colour="#FFEE00"), False)
