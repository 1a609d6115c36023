"""Institutions, and their logos. To clients of version 2 an institution and its connectors are one thing."""

from __future__ import annotations

from html import escape

from bowerbird import codes
from bowerbird.domain import filters
from bowerbird.domain.filters import MEMBERSHIP
from bowerbird.domain.institutions.connectors import institution_id
from bowerbird.model.ids import is_institution_id
from bowerbird.model.institution import Authorization, Catalogue, Institution, InstitutionType, ServiceType, Stage, Tier
from bowerbird.model.problem import Problem

_TYPES = {
    "institution.id": institution_id,
    "institution.tier": filters.one_of(Tier),
    "institution.stage": filters.one_of(Stage),
    "institution.authorization": filters.one_of(Authorization),
    "institution.serviceType": filters.one_of(ServiceType),
    "institution.institutionType": filters.one_of(InstitutionType),
}
_UNTYPED = ("name", "shortName", "country", "status", "connectorStatus", "openBankingSource")
_ALLOWED = dict.fromkeys([*_TYPES, *(f"institution.{name}" for name in _UNTYPED)], MEMBERSHIP)


def list_institutions(catalogue: Catalogue, filter_text: str | None) -> list[Institution]:
    """All institutions that are not disabled, in the order of their ids. Raises Problem for a filter that is not valid."""
    conditions = filters.accept(filter_text, _ALLOWED, _TYPES)
    return [each for each in catalogue if not each.disabled and filters.matches(conditions, _facts(each))]


def get_institution(catalogue: Catalogue, institution_id: str) -> Institution:
    """One institution, a disabled one too. Raises Problem."""
    if not is_institution_id(institution_id):
        raise Problem(codes.ID_NOT_VALID, noun="Institution", parameter="institutionId", pointer="path/institutionId")
    institution = catalogue.find(institution_id)
    if institution is None:
        raise Problem(codes.INSTITUTION_NOT_FOUND)
    return institution


def logo_svg(institution: Institution, full: bool) -> str:
    """A drawn logo: the initials on the institution's colour, and its short name beside them when `full`."""
    name, ink = escape(institution.short_name), _ink(institution.colour)
    width = 64 + (14 * len(institution.short_name) + 16 if full else 0)
    label = f'<text x="76" y="41" font-size="24" fill="#1A202C">{name}</text>' if full else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 64" width="{width}" height="64" role="img" '
        f'font-family="Helvetica, Arial, sans-serif"><title>{name}</title>'
        f'<rect width="64" height="64" rx="12" fill="{institution.colour}"/>'
        f'<text x="32" y="41" font-size="26" font-weight="700" text-anchor="middle" fill="{ink}">{escape(_initials(institution))}</text>'
        f"{label}</svg>"
    )


def _initials(institution: Institution) -> str:
    """The first letters of the first two words, or of the only one."""
    words = ["".join(filter(str.isalnum, word)) for word in institution.short_name.split()]
    letters = [word[0] for word in words if word] or ["?"]
    return "".join(letters[:2]).upper()


def _ink(colour: str) -> str:
    """Black or white, whichever is easier to read on a colour (weights of Rec. 601)."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#1A202C" if 299 * red + 587 * green + 114 * blue > 150_000 else "#FFFFFF"


def _facts(institution: Institution) -> dict[str, tuple[str, ...]]:
    """What filters compare. `connectorStatus` and `openBankingSource` are what one published page sends: all of ours pass."""
    first = institution.channels[0]
    return {
        "institution.id": (institution.id,),
        "institution.name": (institution.name,),
        "institution.shortName": (institution.short_name,),
        "institution.country": (institution.country,),
        "institution.tier": (institution.tier,),
        "institution.authorization": (first.authorization,),
        "institution.serviceType": (institution.service_type,),
        "institution.institutionType": (institution.type,),
        "institution.stage": (first.stage,),
        "institution.status": (first.status,),
        "institution.connectorStatus": ("active",),
        "institution.openBankingSource": ("web",),
    }
