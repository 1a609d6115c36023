"""How the consent pages look for an application: its name, its logo, and a style sheet for its colour."""

from __future__ import annotations

from msgspec.structs import replace

from bowerbird.domain.access.applications import ApplicationRow
from bowerbird.domain.consents import branding, colours
from bowerbird.model.consent import Branding, Way
from bowerbird.model.ids import is_id
from bowerbird.web.kernel.languages import say as _
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse, not_found

_FOREVER = (("cache-control", "public, max-age=31536000, immutable"),)


def as_people_see(application: ApplicationRow) -> ApplicationRow:
    """The application under the name that people know it by."""
    return replace(application, name=application.branding.name or application.name)


def is_offered(look: Branding, institution_id: str, way: Way) -> bool:
    """Whether an application offers a bank in this way."""
    return way in look.ways and (not look.only_listed or institution_id in look.institutions)


def require_offered(application: ApplicationRow, institution_id: str, way: Way) -> None:
    """Raises PageRefused for a bank, or a way to connect it, that the application does not offer."""
    if not is_offered(application.branding, institution_id, way):
        text = _("%(name)s does not offer it. Nothing was sent to your bank.", name=application.name)
        raise PageRefused(409, _("This bank cannot be connected in this way"), text, (_("Choose another bank"), "/home/institutions"))


def show_colours(request: PageRequest) -> PageResponse:
    """The style sheet of an accent. It depends on its address only, so that browsers keep it."""
    accent = f"#{request.path['accent']}"
    if not colours.is_colour(accent) or colours.contrast(accent, colours.LIGHT_GROUND) < colours.MIN_CONTRAST:
        raise not_found("style sheet")
    dark = colours.lighter_until_readable(accent)
    sheet = (
        f".branded{{--blue:light-dark({accent},{dark});"
        f"--blue-deep:light-dark(color-mix(in srgb,{accent} 80%,#000),color-mix(in srgb,{dark} 80%,#fff));"
        f"--blue-wash:light-dark(color-mix(in srgb,{accent} 8%,#fff),color-mix(in srgb,{dark} 12%,#181c23))}}\n"
    )
    return PageResponse(200, sheet.encode(), "text/css; charset=utf-8", _FOREVER)


def show_logo(request: PageRequest) -> PageResponse:
    """The logo that an application has now, at an address with its hash."""
    logo = request.read(branding.find_logo, request.path["logo_hash"]) if is_id(request.path["application_id"]) else None
    if logo is None:
        raise not_found("logo")
    return PageResponse(200, logo, "image/png", _FOREVER)
