"""The look of the consent pages: what is refused, what people see of it, and that it is one application's alone."""

from __future__ import annotations

import json
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from pathlib import Path

import httpx2
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bowerbird.domain.access.applications import find_application
from bowerbird.domain.consents.branding import BrandingNotValid, checked_branding, update_branding, update_logo
from bowerbird.domain.consents.colours import DARK_GROUND, LIGHT_GROUND, contrast, darker_until_readable, lighter_until_readable
from bowerbird.model.consent import Branding, Way
from bowerbird.sdk.pictures import PictureNotValid, checked_picture
from tests.serving import Application, Serving, until
from tests.web.client import Pages
from tests.web.consent_session import Person

SECRET = "taken at home"


def picture(size: tuple[int, int] = (60, 20), mode: str = "RGBA", form: str = "PNG") -> bytes:
    """A picture whose file says more than its pixels."""
    kept, words = BytesIO(), PngInfo()
    words.add_text("Comment", SECRET)
    Image.new(mode, size, 1 if mode in {"P", "1", "L"} else None).save(kept, form, **({"pnginfo": words} if form == "PNG" else {}))
    return kept.getvalue()


def brand(running: Serving, app: Application, look: Branding, logo: bytes = b"") -> None:
    running.services.write_now(update_branding, look, tenant=app.id)
    if logo:
        running.services.write_now(update_logo, logo, tenant=app.id)


# ── What is checked ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#2450d6", "#2450d6") == 1


def test_an_unreadable_colour_is_refused_with_its_contrast_and_one_that_would_do() -> None:
    with pytest.raises(BrandingNotValid, match=r"#ffcc00 has a contrast of 1\.32 to 1 .* needs 4\.5 ") as refused:
        checked_branding(Branding(accent="#ffcc00"), ())
    better = str(refused.value).split(": ")[-1][:7]
    assert checked_branding(Branding(accent=better), ()).accent == better
    assert contrast(darker_until_readable("#ffffff"), LIGHT_GROUND) >= 4.5
    assert contrast(lighter_until_readable("#000000"), DARK_GROUND) >= 4.5


@pytest.mark.parametrize(
    "look",
    [
        Branding(accent="red"), Branding(accent="#2450D6"), Branding(name="x" * 61), Branding(welcome="a\nb"), Branding(contact=" a"),
        Branding(privacy_url="http://app.example"), Branding(privacy_url="javascript:alert(1)"), Branding(institutions=("AU99999",)),
        Branding(institutions=("AU00000", "AU00000")), Branding(only_listed=True), Branding(ways=()), Branding(ways=(Way.LOGIN, Way.LOGIN)),
    ],
    ids=repr,
)  # fmt: skip
def test_a_look_that_cannot_be_used_is_refused(look: Branding) -> None:
    with pytest.raises(BrandingNotValid):
        checked_branding(look, ["AU00000"])


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_logo_keeps_its_pixels_and_nothing_else(mode: str) -> None:
    data = picture(mode=mode)
    logo = checked_picture(data, "logo")
    assert SECRET.encode() in data
    assert SECRET.encode() not in logo
    before, after = Image.open(BytesIO(data)), Image.open(BytesIO(logo))
    assert (before.size, before.convert("RGBA").tobytes()) == (after.size, after.convert("RGBA").tobytes())


def _file(size: int, *others: tuple[bytes, bytes], packing: int = 0, filtering: int = 0) -> bytes:
    """A PNG of 8 × 8 pixels whose pixels unpack to so many bytes, with other parts before them."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, packing, filtering, 0)
    parts = [(b"IHDR", head), *others, (b"IDAT", zlib.compress(bytes(size), 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


_PIXELS = 8 * (1 + 8 * 3)


def test_a_part_that_stands_twice_is_kept_once() -> None:
    logo = checked_picture(_file(_PIXELS, *[(b"tRNS", bytes(6))] * 9, *[(b"PLTE", b"hidden" * 100)] * 80))
    assert (logo.count(b"PLTE"), logo.count(b"tRNS")) == (1, 1)
    assert logo.index(b"PLTE") < logo.index(b"tRNS")
    assert Image.open(BytesIO(logo)).convert("RGB").size == (8, 8)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "no PNG"), (picture(mode="RGB", form="JPEG"), "no PNG"),
        (picture((513, 10)), "513 × 10"), (picture()[:-20], "damaged"), (picture().replace(b"IDAT", b"IDAX"), "damaged"),
        (_file(30_000_000), "pixels"), (_file(_PIXELS, packing=1), "unusual form"), (_file(_PIXELS, filtering=9), "unusual form"),
        (b"x" * 70_000, "KiB"), (b"\x89PNG\r\n\x1a\n", "damaged"),
    ],
    ids=["svg", "jpeg", "large", "cut", "broken", "bomb", "packing", "filtering", "bytes", "empty"],
)  # fmt: skip
def test_a_file_that_is_no_small_png_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(PictureNotValid, match=why):
        checked_picture(data, "logo")


# ── What people see ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_people_see_the_name_the_logo_and_the_colour(running: Serving, gavin: Person) -> None:
    look = Branding(
        name="Hooli Home", accent="#0b6e4f", welcome="Welcome to Hooli.", farewell="See you in the app.", contact="help@hooli.example",
        privacy_url="https://hooli.example/privacy",
    )  # fmt: skip
    brand(running, gavin.app, look, picture())
    gavin.land()
    page = gavin.get("/home/consent").text
    assert "Hooli Home" in page
    assert "Budget app" not in page
    assert "Welcome to Hooli." in page
    assert 'href="mailto:help@hooli.example"' in page
    assert 'href="https://hooli.example/privacy" rel="noreferrer noopener"' in page
    sheet = gavin.get("/home/colours/0b6e4f")
    assert '<link rel="stylesheet" href="/home/colours/0b6e4f">' in page
    assert sheet.headers["content-type"] == "text/css; charset=utf-8"
    assert "--blue:light-dark(#0b6e4f," in sheet.text
    source = page.partition('class="own-logo" src="')[2].partition('"')[0]
    logo = gavin.get(source)
    assert (logo.status_code, logo.headers["content-type"]) == (200, "image/png")
    assert logo.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in logo.headers["content-security-policy"]
    assert Image.open(BytesIO(logo.content)).size == (60, 20)
    gavin.send("/home/consent/decline", on="/home/consent")
    assert "See you in the app." in gavin.get("/home/done").text


def test_a_logo_is_found_under_its_own_application_only(running: Serving, app: Application) -> None:
    brand(running, app, Branding(), picture())
    row = running.services.read_now(find_application, tenant=app.id)
    assert row
    other, pages = running.application("Other"), Pages(running)
    answers = [pages.get(f"/home/logos/{owner}/{row.logo_hash}").status_code for owner in (app.id, other.id, "x")]
    assert answers == [200, 404, 404]
    assert pages.get(f"/home/logos/{other.id}/").status_code == 404
    brand(running, app, Branding(), picture((61, 20)))
    assert pages.get(f"/home/logos/{app.id}/{row.logo_hash}").status_code == 404
    pages.close()


@pytest.mark.parametrize("accent", ["ffcc00", "FFCC00", "0b6e4", "0b6e4f;}", "%0a0b6e4"])
def test_there_is_no_style_sheet_of_an_unreadable_colour(gavin: Person, accent: str) -> None:
    assert gavin.get(f"/home/colours/{accent}").status_code == 404


# ── What people can choose ───────────────────────────────────────────────────────────────────────────────────────────────────


def banks_of(person: Person) -> list[str]:
    return re.findall(r'href="/home/institutions/(\w+)"', person.get("/home/institutions").text)


def test_listed_banks_come_first_in_their_order_or_alone(running: Serving, gavin: Person) -> None:
    listed = ("AU00002", "AU00000")
    brand(running, gavin.app, Branding(institutions=listed))
    gavin.land()
    gavin.agree()
    shown = banks_of(gavin)
    assert shown[:2] == list(listed)
    assert len(shown) > 2
    brand(running, gavin.app, Branding(institutions=listed, only_listed=True))
    assert banks_of(gavin) == list(listed)
    assert gavin.get("/home/institutions/AU00001").status_code == 404
    refused = gavin.send("/home/institutions/AU00001", {"login_id": "a", "password": "b"}, on="/home/institutions/AU00000")
    assert refused.status_code == 409
    assert "does not offer it" in refused.text


def test_a_way_that_is_not_offered_is_closed(running: Serving, gavin: Person) -> None:
    gavin.land()
    gavin.agree()
    brand(running, gavin.app, Branding(ways=(Way.FILES,)))
    assert "AU00000" not in banks_of(gavin)
    form = {"login_id": "gavinBelson", "password": "hooli2016"}
    assert gavin.send("/home/institutions/AU00000", form, on="/home/consent").status_code == 409
    brand(running, gavin.app, Branding(ways=(Way.LOGIN,)))
    assert gavin.http.post("/home/institutions/AU00201/statement", data={"csrf": gavin.token("/home/consent")},
                           files={"statement": ("a.csv", b"a")}).status_code == 404  # fmt: skip
    opened = gavin.send("/home/institutions/AU00007/open-banking", on="/home/consent")
    assert opened.status_code == 409


def test_one_bank_is_enough(running: Serving, gavin: Person) -> None:
    brand(running, gavin.app, Branding(several_banks=False))
    gavin.land()
    gavin.agree()
    text = gavin.settled(gavin.connect("gavinBelson", "hooli2016"))
    assert "Connect another bank" not in text
    assert "another bank" not in gavin.get("/home/manage").text
    answer = gavin.get("/home/institutions/AU00001")
    assert answer.status_code == 409
    assert "disconnect the first" in answer.text
    form = {"login_id": "jared", "password": "django"}
    assert gavin.send("/home/institutions/AU00001", form, on="/home/manage").status_code == 409
    assert len(gavin.app.get(f"/users/{gavin.user_id}/connections").json()["data"]) == 1


def test_of_two_logins_at_once_one_connects_its_bank(running: Serving, gavin: Person) -> None:
    """While the first waits for its code the second is refused, and it is free again once the first is gone."""
    brand(running, gavin.app, Branding(several_banks=False))
    gavin.land()
    gavin.agree()
    form = {"login_id": "gavinBelson", "password": "hooli2016"}
    token = gavin.token("/home/manage")
    send = partial(gavin.http.post, data={"csrf": token, **form}, follow_redirects=False)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, ("/home/institutions/AU00000", "/home/institutions/AU00001")))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    refused = next(answer.text for answer in answers if answer.status_code == 409)
    assert "another is being connected" in refused or "disconnect the first" in refused
    assert len(gavin.app.get(f"/users/{gavin.user_id}/connections").json()["data"]) == 1


def test_a_person_returns_as_soon_as_the_bank_is_connected(running: Serving, gavin: Person) -> None:
    brand(running, gavin.app, Branding(skips_success=True))
    gavin.land(state="s")
    gavin.agree()
    job = gavin.connect("gavinBelson", "hooli2016")
    assert until(lambda: gavin.get(job).headers.get("location"), "the end") == "/home/done"
    assert "state=s" in gavin.get("/home/done").text


def test_a_failed_bank_is_shown_all_the_same(running: Serving, gavin: Person) -> None:
    brand(running, gavin.app, Branding(skips_success=True))
    gavin.land()
    gavin.agree()
    assert "incorrect" in gavin.settled(gavin.connect("gavinBelson", "wrong"))


# ── The dashboard and the command line ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def form_of(ana: Pages, app: Application) -> Callable[..., httpx2.Response]:
    path = f"/dashboard/applications/{app.id}/branding"

    def send(logo: bytes = b"", headers: dict[str, str] | None = None, **typed: object) -> httpx2.Response:
        form = {"csrf": ana.token(path), "ways": list(Way), "several_banks": "yes", **typed}
        return ana.http.post(path, data=form, files={"logo": ("logo.png", logo)} if logo else None, headers=headers)

    return send


def test_the_form_saves_what_it_shows(running: Serving, ana: Pages, app: Application, form_of: Callable[..., httpx2.Response]) -> None:
    typed = {"name": "Hooli Home", "accent": "#0B6E4F", "institutions": "AU00002 Any name\n\nAU00000", "contact": "help@hooli.example"}
    assert form_of(picture(), **typed).headers["location"].endswith("?done=saved")
    row = running.services.read_now(find_application, tenant=app.id)
    assert row
    assert row.branding == Branding(
        name="Hooli Home", accent="#0b6e4f", institutions=("AU00002", "AU00000"), contact="help@hooli.example"
    )  # fmt: skip
    assert row.logo_hash
    page = ana.get(f"/dashboard/applications/{app.id}/branding").text
    assert "Hooli Home" in page
    assert row.logo_hash in page
    form_of(no_logo="yes")
    row = running.services.read_now(find_application, tenant=app.id)
    assert row
    assert row.logo_hash == ""


def test_the_preview_follows_what_is_typed_and_changes_nothing(
    running: Serving, app: Application, form_of: Callable[..., httpx2.Response]
) -> None:
    answer = form_of(headers={"hx-request": "true"}, name="Typed just now", accent="#0b6e4f")
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<section id="preview"')
    assert "Typed just now" in answer.text
    assert "/home/colours/0b6e4f" in answer.text
    wrong = form_of(headers={"hx-request": "true"}, accent="#ffcc00")
    assert (wrong.status_code, "1.32 to 1" in wrong.text) == (200, True)
    assert form_of(look="yes", name="Looked at").status_code == 200
    row = running.services.read_now(find_application, tenant=app.id)
    assert row
    assert row.branding == Branding()


def test_the_form_refuses_and_keeps_what_was_typed(running: Serving, app: Application, form_of: Callable[..., httpx2.Response]) -> None:
    answer = form_of(accent="#ffcc00", welcome="Good day")
    assert answer.status_code == 400
    assert 'value="Good day"' in answer.text
    assert form_of(b"no picture").status_code == 400
    row = running.services.read_now(find_application, tenant=app.id)
    assert row
    assert (row.branding, row.logo_hash) == (Branding(), "")


def test_the_command_line_prints_what_it_takes(tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bowerbird", "app", *arguments, "--data", str(tmp_path / "data")]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    application_id = json.loads(run("create", "Ours", "--json").stdout)["applicationId"]
    look, logo = tmp_path / "look.json", tmp_path / "logo.png"
    look.write_text(json.dumps({"accent": "#0b6e4f", "institutions": ["AU00000"], "ways": ["files"]}))
    logo.write_bytes(picture())
    printed = run("branding", application_id, "--file", str(look), "--logo", str(logo))
    assert printed.returncode == 0, printed.stderr
    assert json.loads(printed.stdout)["accent"] == "#0b6e4f"
    look.write_text(printed.stdout)
    assert run("branding", application_id, "--file", str(look)).stdout == printed.stdout
    look.write_text(json.dumps({"accent": "#ffcc00"}))
    refused = run("branding", application_id, "--file", str(look))
    assert refused.returncode != 0
    assert "1.32 to 1" in refused.stderr
