"""Reads the catalogue of institutions: the built-in file, those that connectors bring, and an operator's own laid over them.

A file holds `[[institution]]` entries. An operator's file may also hold `disable = ["AU04301"]` and an `[ids]` table, in which
`AU90001 = "AU20680"` gives the institution known here as AU90001 the id that its clients use. Everything is checked when it is
read; the checks of form are msgspec's.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta
from stdnum.au import abn

from bowerbird.logs import log
from bowerbird.model.connection import Method
from bowerbird.model.institution import (
    Authorization,
    Captions,
    Catalogue,
    Channel,
    Institution,
    InstitutionType,
    ServiceStatus,
    ServiceType,
    Stage,
    Tier,
)
from bowerbird.named_files import read_text
from bowerbird.plugins import registry

_T = TypeVar("_T")
_Text = Annotated[str, Meta(min_length=1, max_length=120)]
_Id = Annotated[str, Meta(pattern=r"^[A-Z]{2}[0-9]{5}\Z")]

_UPLOAD_SCOPES = ("bank.account.basic", "bank.account.detail", "bank.transaction")
_LOGIN_SCOPES = ("customer.person.basic", "customer.person.detail", *_UPLOAD_SCOPES)
_UPLOADS = (Method.PDF, Method.CSV)
_ORDER = (Method.WEB, Method.OPEN_BANKING, *_UPLOADS)


class CatalogueError(Exception):
    """A catalogue file is wrong. The message names the file and the entry, and says what to do."""


class _Captions(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    login_id: _Text | None = None
    password: _Text | None = None
    secondary_login_id: _Text | None = None
    security_code: _Text | None = None
    forgotten_password_url: Annotated[str, Meta(pattern=r"^https://[^\s\"'<>]+\Z", max_length=500)] | None = None


class _Channel(msgspec.Struct, forbid_unknown_fields=True):
    stage: Stage = Stage.LIVE
    status: ServiceStatus = ServiceStatus.OPERATIONAL
    authorization: Authorization | None = None
    scopes: tuple[_Text, ...] | None = None
    captions: _Captions = _Captions()


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    id: _Id
    name: _Text
    type: InstitutionType
    tier: Tier
    connectors: Annotated[dict[Method, _Channel], Meta(min_length=1)]
    short_name: _Text | None = None
    country: _Text = "Australia"
    service_name: _Text = "Internet Banking"
    service_type: ServiceType = ServiceType.PERSONAL
    colour: Annotated[str, Meta(pattern=r"^#[0-9A-Fa-f]{6}\Z")] = "#4A5568"
    abn: str | None = None
    sandbox: bool = False
    replaces: bool = False


class _InstitutionsFile(msgspec.Struct, forbid_unknown_fields=True):
    institution: list[dict[str, object]] = []
    disable: list[str] = []
    ids: dict[str, _Id] = {}


def load(path: Path | None = None) -> Catalogue:
    """The catalogue with an operator's file laid over it. Raises CatalogueError."""
    institutions = _built_in()
    for file in registry.institution_files():
        try:
            institutions = _lay_over(institutions, file.text, file.name)
        except CatalogueError as error:
            if not file.is_installed:
                raise
            log.error("institutions_left_out", file=file.name, why=str(error)[:300])
    if path is not None:
        try:
            text = read_text(path)
        except (OSError, UnicodeDecodeError) as error:
            raise CatalogueError(f"{path}: cannot be read ({error}). Give the path of a TOML file in UTF-8.") from None
        institutions = _lay_over(institutions, text, str(path))
    return Catalogue({institution.id: institution for institution in institutions.values()})


def load_with(brought: Path) -> Catalogue:
    """The built-in catalogue with the file that a connector's folder may hold. Raises CatalogueError."""
    institutions = _built_in()
    if brought.is_file():
        try:
            institutions = _lay_over(institutions, brought.read_text("utf-8"), brought.name)
        except (OSError, UnicodeDecodeError) as error:
            raise CatalogueError(f"{brought.name}: cannot be read ({error}). Write TOML in UTF-8.") from None
    return Catalogue({institution.id: institution for institution in institutions.values()})


def _built_in() -> dict[str, Institution]:
    file = resources.files("bowerbird.plugins") / "institutions.toml"
    return _lay_over({}, file.read_text("utf-8"), "the built-in catalogue")


def _lay_over(below: dict[str, Institution], text: str, name: str) -> dict[str, Institution]:
    """The institutions of a file, with those below it that it leaves alone. Keys are origins."""
    try:
        file = _read(tomllib.loads(text), _InstitutionsFile, name)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{name}: is not TOML ({error}).") from None
    own: dict[str, Institution] = {}
    for number, raw in enumerate(file.institution, 1):
        label = f"{name}: institution {number} ({raw.get('id', 'without id')})"
        entry = _read(raw, _Entry, label)
        if entry.id in own:
            raise CatalogueError(f"{label}: the file has this id twice. Give every institution its own.")
        if entry.id in below and not entry.replaces:
            advice = "Choose another id, or write replaces = true to put this entry in its place."
            raise CatalogueError(f"{label}: the id belongs to {below[entry.id].name}. {advice}")
        own[entry.id] = _institution(entry, label)
    return _renamed(_disabled(below | own, file.disable, name), file.ids, name)


def _read(raw: object, kind: type[_T], label: str) -> _T:
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise CatalogueError(f"{label}: {error}.{_advice(str(error))}") from None


def _advice(error: str) -> str:
    """What to write instead, found by the place that ends a message of msgspec: `$.type`, or a key in `$.connectors`."""
    field = error.rpartition("`$")[2].rstrip("`").rpartition(".")[2]
    if "unknown field" in error:
        return " Remove it, or correct its spelling."
    if "missing required field" in error:
        return " Add it."
    if field in _WORDS:
        return f" Write one of: {', '.join(_WORDS[field])}."
    return _FORMS.get(field, "")


_WORDS: dict[str, Iterable[str]] = {
    "type": InstitutionType,
    "tier": Tier,
    "service_type": ServiceType,
    "stage": Stage,
    "status": ServiceStatus,
    "authorization": Authorization,
    "connectors": Method,
}
_FORMS = {
    "id": " An id is two capitals and five digits, as in AU90001; AU90001 to AU99999 are free.",
    "colour": " A colour is written as #1A2B3C.",
    "forgotten_password_url": " It is an https address.",
}


def _institution(entry: _Entry, label: str) -> Institution:
    if entry.abn is not None and not abn.is_valid(entry.abn):
        raise CatalogueError(f"{label}: {entry.abn} is not a valid ABN. Correct it or leave abn out.")
    return Institution(
        id=entry.id,
        origin=entry.id,
        name=entry.name,
        short_name=entry.short_name or entry.name,
        type=entry.type,
        tier=entry.tier,
        country=entry.country,
        service_name=entry.service_name,
        service_type=entry.service_type,
        colour=entry.colour.upper(),
        channels=tuple(_channel(method, entry.connectors[method], label) for method in _ORDER if method in entry.connectors),
        abn=abn.compact(entry.abn) if entry.abn else None,
        sandbox=entry.sandbox,
    )


def _channel(method: Method, raw: _Channel, label: str) -> Channel:
    captions = Captions(**msgspec.structs.asdict(raw.captions))
    if method is Method.WEB and not (captions.login_id and captions.password):
        raise CatalogueError(f"{label}: a web connector needs captions.login_id and captions.password. Add what the login form says.")
    if method is not Method.WEB and captions != Captions():
        raise CatalogueError(f"{label}: {method} asks for no login. Remove its captions.")
    default = Authorization.USER if method is Method.WEB else Authorization.OTHER
    scopes = _UPLOAD_SCOPES if method in _UPLOADS else _LOGIN_SCOPES
    return Channel(method, raw.stage, raw.status, raw.authorization or default, scopes if raw.scopes is None else raw.scopes, captions)


def _disabled(institutions: dict[str, Institution], ids: list[str], name: str) -> dict[str, Institution]:
    _must_exist(institutions, ids, f"{name}: disable")
    return institutions | {id: dataclasses.replace(institutions[id], disabled=True) for id in ids}


def _renamed(institutions: dict[str, Institution], ids: dict[str, str], name: str) -> dict[str, Institution]:
    _must_exist(institutions, ids, f"{name}: [ids]")
    renamed = institutions | {origin: dataclasses.replace(institutions[origin], id=id) for origin, id in ids.items()}
    owners: dict[str, Institution] = {}
    for institution in renamed.values():
        other = owners.setdefault(institution.id, institution)
        if other is not institution:
            raise CatalogueError(
                f"{name}: [ids] gives {institution.id} to both {other.name} and {institution.name}. Map one of them to another id."
            )
    return renamed


def _must_exist(institutions: dict[str, Institution], ids: Iterable[str], label: str) -> None:
    unknown = [id for id in ids if id not in institutions]
    if unknown:
        raise CatalogueError(f"{label} names {', '.join(unknown)}, which no institution has. Correct or remove it.")
