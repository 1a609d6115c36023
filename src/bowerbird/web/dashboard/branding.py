"""How an application looks and what it offers on the consent pages, with a preview that follows what is typed."""

from __future__ import annotations

from msgspec.structs import replace

from bowerbird.domain.access.applications import ApplicationRow
from bowerbird.domain.consents.branding import BrandingNotValid, checked_branding, update_branding, update_logo
from bowerbird.domain.consents.policies import current_policy
from bowerbird.domain.services import Session
from bowerbird.model.consent import Branding, Way
from bowerbird.sdk.pictures import MAX_BYTES, MAX_SIDE, PictureNotValid, checked_picture
from bowerbird.web.consent.agreement import scopes_of
from bowerbird.web.consent.banks import bank_options
from bowerbird.web.consent.branding import as_people_see
from bowerbird.web.dashboard.applications import address, find
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

_BANKS_SHOWN = 4
WAYS = ((Way.LOGIN, "A login entered here"), (Way.BANK_PAGES, "The bank's own pages"), (Way.FILES, "Uploaded files"))
"""Ways to connect, in words."""


def show_branding(request: PageRequest) -> PageResponse:
    application = find(request)
    return _page(request, 200, application, application.branding, "")


def _page(request: PageRequest, status: int, application: ApplicationRow, branding: Branding, wrong: str) -> PageResponse:
    """The form with what was typed, and how people see it; asked for by a script, the preview alone."""
    shown = as_people_see(application if wrong else replace(application, branding=branding))
    return request.show(
        "dashboard/branding_part.html" if request.partial else "dashboard/branding.html", status, application=application, shown=shown,
        branding=branding, wrong=wrong, ways=WAYS, policy=(policy := request.read(current_policy)), scopes=scopes_of(policy),
        listed=_listed(request, branding), options=bank_options(request, shown)[:_BANKS_SHOWN], max_kib=MAX_BYTES // 1024,
        max_side=MAX_SIDE, here_path=f"{address(application.id)}/branding",
    )  # fmt: skip


def _listed(request: PageRequest, branding: Branding) -> str:
    """The institutions of a branding as the form has them: a line each, id and name."""
    banks = ((each, request.services.institutions.find(each)) for each in branding.institutions)
    return "\n".join(f"{institution_id} {bank.short_name if bank else ''}".rstrip() for institution_id, bank in banks)


def _typed(request: PageRequest) -> Branding:
    form = request.form
    lines = (line.split() for line in form.raw("institutions").splitlines())
    return Branding(
        name=form.text("name"), accent=form.text("accent").lower(), welcome=form.text("welcome"), farewell=form.text("farewell"),
        contact=form.text("contact"), privacy_url=form.text("privacy_url"), institutions=tuple(words[0] for words in lines if words),
        only_listed=form.text("only_listed") == "yes", ways=tuple(way for way in Way if way in form.all("ways")),
        skips_success=form.text("skips_success") == "yes", several_banks=form.text("several_banks") == "yes",
    )  # fmt: skip


def change_branding(request: PageRequest) -> PageResponse:
    """Change how the consent pages look, or only preview it."""
    application, branding = find(request), _typed(request)
    logo = next((file.content for file in request.form.files.get("logo", []) if file.content), b"")
    try:
        checked_branding(branding, [bank.id for bank in request.services.institutions])
        logo = checked_picture(logo, "logo") if logo else logo
    except (BrandingNotValid, PictureNotValid) as error:
        return _page(request, 200 if request.partial else 400, application, branding, str(error))
    if request.partial or request.form.text("look"):
        request.audited = True  # nothing is changed
        return _page(request, 200, application, branding, "")
    request.write(_change, branding, logo, request.form.text("no_logo") == "yes")
    return request.go(f"{address(application.id)}/branding?done=saved")


def _change(session: Session, branding: Branding, logo: bytes, without_logo: bool) -> None:
    update_branding(session, branding)
    if logo or without_logo:
        update_logo(session, logo)
