"""How an application looks and what it offers on the consent pages: checked when it is set, read with the application."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from bowerbird.domain.consents import colours
from bowerbird.domain.services import Session
from bowerbird.model.consent import Branding
from bowerbird.outbound.addresses import NotAllowed, read_url
from bowerbird.sdk.pictures import checked_picture
from bowerbird.storage.rows import applications as rows

_MAX_NAME = 60
_MAX_TEXT = 400
_MAX_INSTITUTIONS = 200


class BrandingNotValid(ValueError):
    """A branding that cannot be used; its text says what is wrong with it and what to do."""


def checked_branding(branding: Branding, known: Collection[str]) -> Branding:
    """The same branding; `known` are the ids of institutions. Raises BrandingNotValid."""
    _check_texts(branding)
    if branding.accent:
        check_accent(branding.accent)
    if branding.privacy_url:
        _check_url(branding.privacy_url)
    listed = branding.institutions
    if unknown := [each for each in listed if each not in known]:
        raise BrandingNotValid(f"There is no institution {unknown[0]}. Its id stands in `GET /institutions`.")
    if len(listed) > _MAX_INSTITUTIONS or len(set(listed)) < len(listed):
        raise BrandingNotValid(f"Name at most {_MAX_INSTITUTIONS} institutions, each once.")
    if branding.only_listed and not listed:
        raise BrandingNotValid("Only the listed institutions are to be offered, and none is listed. List at least one.")
    if not branding.ways or len(set(branding.ways)) < len(branding.ways):
        raise BrandingNotValid("Offer at least one way to connect, each once.")
    return branding


def _check_texts(branding: Branding) -> None:
    for caption, text, longest in (
        ("name", branding.name, _MAX_NAME), ("contact", branding.contact, _MAX_TEXT), ("privacy address", branding.privacy_url, _MAX_TEXT),
        ("welcome text", branding.welcome, _MAX_TEXT), ("last page's text", branding.farewell, _MAX_TEXT),
    ):  # fmt: skip
        if len(text) > longest:
            raise BrandingNotValid(f"The {caption} has {len(text)} characters. At most {longest} are allowed: shorten it.")
        if text != text.strip() or not text.isprintable():
            raise BrandingNotValid(f"The {caption} begins or ends with a space, or has a line break. Leave them out.")


def check_accent(accent: str) -> None:
    """Raises BrandingNotValid for what is no colour, and for one in which text cannot be read, with its contrast."""
    if not colours.is_colour(accent):
        raise BrandingNotValid(f"{accent[:20]!r} is no colour. Write it as #rrggbb, such as #2450d6.")
    if (contrast := colours.contrast(accent, colours.LIGHT_GROUND)) < colours.MIN_CONTRAST:
        raise BrandingNotValid(
            f"The colour {accent} has a contrast of {contrast:.2f} to 1 against the page; text needs {colours.MIN_CONTRAST} (WCAG AA). "
            f"Choose a darker one: {colours.darker_until_readable(accent)} would do."
        )


def _check_url(url: str) -> None:
    try:
        is_safe = read_url(url).scheme == "https"
    except NotAllowed:
        is_safe = False
    if not is_safe:
        raise BrandingNotValid("The privacy policy needs an address that begins with https://.")


def update_branding(session: Session, branding: Branding) -> bool:
    """Set how the consent pages look. False where there is no such application. Raises BrandingNotValid."""
    checked_branding(branding, [institution.id for institution in session.services.institutions])
    return rows.change_application(session.uow, session.application_id, branding=branding)


def update_logo(session: Session, data: bytes) -> bool:
    """Set the logo, or take it away where `data` is empty. False where there is no such application. Raises PictureNotValid."""
    logo = checked_picture(data, "logo") if data else None
    logo_hash = hashlib.sha256(logo).hexdigest() if logo else ""
    return rows.change_application(session.uow, session.application_id, logo=logo, logo_hash=logo_hash)


def find_logo(session: Session, logo_hash: str) -> bytes | None:
    """The logo of the session's application; None where it has none with this hash."""
    return rows.find_logo(session.uow, session.application_id, logo_hash)
