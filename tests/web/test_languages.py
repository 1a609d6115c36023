"""The languages of the customer's pages: no text without a translation, none outside the catalogues, and whose language a page is in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html import unescape
from importlib import resources
from io import BytesIO
from typing import NamedTuple

import pytest
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from bowerbird.model.consent import DEFAULT_POLICY, SCOPES
from bowerbird.plugins import institutions
from bowerbird.plugins.guard import upstream_of
from bowerbird.plugins.registry import discover
from bowerbird.statements.files import KINDS
from bowerbird.web.consent import banks, links, plain_words, progress, receipts, refused_files, sign_in
from bowerbird.web.consent.links import WRONG
from bowerbird.web.kernel import languages
from bowerbird.web.kernel.languages import ENGLISH, LANGUAGES, PAGES, accepted_language, ngettext, speaking, written_number
from bowerbird.web.kernel.response import not_found
from tests.serving import Serving
from tests.web.client import Pages
from tests.web.consent_session import Person

TEMPLATES = resources.files("bowerbird.web") / "templates"
CONSENT = resources.files("bowerbird.web") / "consent"
SENTENCE = re.compile(r"^[A-Z][a-z]+ [a-z]|[a-z]\. [A-Z]|[a-z] [a-z]+\.$")
PARTS = ("base.html", "components.html", "consent/frame.html", "consent/look.html", "consent/parts.html", "trying.html")
"""What the pages are made of beside themselves."""
FOREIGN = sorted(set(LANGUAGES) - {ENGLISH})
OPTIONS = {"trimmed": "true", "newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"}
LATER = {
    "This service cannot send messages at the moment. Please contact the sender of the link.", "A new code cannot be sent yet.",
    "The message could not be sent. Please wait 30 seconds, then request a new code.",
    "It was updated while you were reading. Please read it again before you agree.",
}  # fmt: skip
"""Texts of the pages that handlers choose."""
HANDLERS = (
    "agreement",
    "bank_pages",
    "banks",
    "branding",
    "links",
    "manage",
    "plain_words",
    "progress",
    "refused_files",
    "sign_in",
    "uploads",
)
"""Modules of those pages; the modules of the others follow with their templates."""
ERRORS = (
    "Something went wrong", (
        "This is an error on our side. Please try again. If the problem continues, contact support with the reference below."
    ),
    "The service is temporarily unavailable", "Nothing was changed. Please try again in a moment.", "The form did not arrive",
    "The connection broke while it was sent. Nothing was changed.", "Method not allowed",
    "This address does not accept this request. Please go back and try again.", "Your session has ended", "You have already finished",
    "View your data sharing", "Login", "Password",
)  # fmt: skip
"""Texts of errors that any page may show, and what fields are called without a bank's own words."""
TAGS = re.compile(r"{%-? *trans.*?endtrans *-?%}|{#.*?#}|{%.*?%}|{{.*?}}|<script.*?</script>|<[^>]*>", re.DOTALL)
CHOSEN = re.compile(r"{{.*?}}|{%(?! *(?:trans|import|extends|include|block|call|for|macro)).*?%}", re.DOTALL)


class Message(NamedTuple):
    """A text of a template: its plural is empty where it has none."""

    text: str
    plural: str = ""


def messages() -> Iterator[Message]:
    for name in (*PARTS, *sorted(PAGES)):
        file = BytesIO((TEMPLATES / name).read_bytes())
        for _, _, found, _ in babel_extract(file, ("_", "gettext", "ngettext"), [], OPTIONS):
            texts = [part for part in ([found] if isinstance(found, str) else found or ()) if part]
            yield Message(*texts)
    for information in SCOPES.values():
        yield from map(Message, (information.name, information.description, *information.attributes))
    asked = (text for scope in DEFAULT_POLICY.scopes for text in (scope.title, scope.description))
    yield from python_messages()
    yield from map(Message, table_texts())
    yield from map(Message, (DEFAULT_POLICY.title, DEFAULT_POLICY.description, *asked, *WRONG.values(), *LATER, *receipts.TEXTS))
    upstreams = filter(None, map(upstream_of, discover().connectors.values()))
    yield from (Message(upstream.ends_at) for upstream in upstreams if upstream.ends_at)


def python_messages() -> Iterator[Message]:
    for name in HANDLERS:
        tree = ast.parse((CONSENT / f"{name}.py").read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "gettext", "ngettext"):
                texts = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
                if texts:
                    yield Message(*texts)


def table_texts() -> Iterator[str]:
    """What handlers look up by a key."""
    for plain in (*plain_words.PLAIN.values(), plain_words.NO_LIST, plain_words.NOT_READ):
        yield from (plain.title, plain.text)
    for because in refused_files.REASONS:
        yield from (because.title, because.text)
    yield from (*progress.LOGIN_STEPS.values(), *progress.STATEMENT_STEPS.values(), *banks.WORDS.values(), *KINDS, *ERRORS)
    for _, title, text in sign_in.ERRORS.values():
        yield from (title, text)
    for refusal in (not_found("page"), not_found("bank")):
        yield from (refusal.title, refusal.text)
    yield from (sign_in.SESSION_ENDED, sign_in.START_AGAIN, links.INVALID, links.INVALID_TEXT)
    for bank in institutions.load():
        captions = banks.captions_of(bank)
        yield from filter(None, (captions.login_id, captions.password, captions.secondary_login_id, captions.security_code))


def test_there_are_texts() -> None:
    assert len(set(messages())) > 150


@pytest.mark.parametrize("language", FOREIGN)
def test_every_text_has_a_translation_and_no_translation_is_left_over(language: str) -> None:
    with (resources.files("bowerbird.web") / "languages" / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    wanted = {message.text: message for message in messages()}
    missing, wrong = [], []
    for text, message in wanted.items():
        entry = catalogue.get(text)
        forms = [] if entry is None else [entry.string] if isinstance(entry.string, str) else list(entry.string or ())
        if entry is None or entry.fuzzy or not forms or not all(forms):
            missing.append(text)
        names = set(re.findall(r"%\(\w+\)s", text + message.plural))
        wrong += [text for form in forms if set(re.findall(r"%\(\w+\)s", form)) != names or form.count("<") != text.count("<")]
    assert not missing, f"translate in web/languages/{language}.po: {missing}"
    assert not wrong, f"a translation lacks a value or an element of its text: {wrong}"
    assert {entry.id if isinstance(entry.id, str) else entry.id[0] for entry in catalogue if entry.id} == set(wanted)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_no_text_stands_outside_the_catalogues(name: str) -> None:
    source = (TEMPLATES / name).read_text()
    left = [text.strip() for text in TAGS.split(source) if re.search(r"[A-Za-z]{2}", unescape(text.strip()))]
    assert not left, f"{name}: put it into _() or a trans block: {left}"
    chosen = [re.sub(r"_\(.*?\"\)|_\(.*?\", \w+=.*?\)|ngettext\(.*?\)", "", part, flags=re.DOTALL) for part in CHOSEN.findall(source)]
    spoken = [text for part in chosen for text in re.findall(r'"([^"]*)"', part) if re.search(r"[A-Za-z] [A-Za-z]|^[A-Z][a-z]+$", text)]
    assert not spoken, f"{name}: put it into _(): {spoken}"


@pytest.mark.parametrize("name", HANDLERS)
def test_no_words_of_a_handler_stand_outside_the_catalogues(name: str) -> None:
    """Every sentence of a module is a text of the catalogues, or a part of one."""
    known = "\n".join(text for message in messages() for text in message)
    tree = ast.parse((CONSENT / f"{name}.py").read_text())
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    documentation = {each.value for body in bodies for each in body if isinstance(each, ast.Expr)}
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node not in documentation]
    left = [node.value for node in constants if isinstance(node.value, str) and SENTENCE.search(node.value) and node.value not in known]
    assert not left, f"{name}: put it into _(): {left}"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"), ("de", "de"), ("de-AT,de;q=0.9,en;q=0.8", "de"), ("fr,en;q=0.5,de;q=0.4", "en"), ("en;q=0.1,de;q=0.2", "de"),
        ("DE", "de"),
        ("de;q=0", "en"), ("xx", "en"), ("de;q=x", "en"), ("de;q=9", "de"), (",;=,de;q=0.5;x", "en"), ("a" * 9000 + ",de", "en"),
    ],
)  # fmt: skip
def test_the_browser_says_which_language(header: str, language: str) -> None:
    assert accepted_language(header) == language


def test_numbers_days_and_plurals_follow_the_language() -> None:
    with speaking("de"):
        assert written_number("1,234.50") == "1.234,50"
        assert [ngettext("%(num)s day", "%(num)s days", count) for count in (1, 2)] == ["%(num)s Tag", "%(num)s Tage"]
    assert written_number("1,234.50") == "1,234.50"
    assert languages.current_language() == ENGLISH


def test_a_page_is_in_the_language_that_the_person_reads(running: Serving, gavin: Person) -> None:
    gavin.http.headers["accept-language"] = "de-DE,de;q=0.9"
    gavin.land()
    page = gavin.get("/home/consent").text
    for text in (
        '<html lang="de"',
        "<strong>Budget app</strong> bittet um Ihre Zustimmung.",
        "Zustimmen und weiter",
        "18. März 2027",
        "2 Jahre",
    ):
        assert text in page
    assert gavin.agree().headers["location"] == "/home/institutions"
    bank = gavin.get("/home/institutions/AU00000").text
    assert '<html lang="de"' in bank
    assert "Wir senden Ihre Angaben nur an" in bank or "Das ist eine Testbank." in bank
    apps = gavin.get("/home/apps").text
    assert '<html lang="en"' in apps
    assert "Your details are stored encrypted." in apps, "a page that is not translated is English throughout"
    gavin.settled(gavin.connect("gavinBelson", "hooli2016"))
    assert "kann Ihre Daten bis" in gavin.get("/home/manage").text


def test_how_a_job_ended_and_why_is_in_the_language_of_the_page(gavin: Person) -> None:
    """What a handler says too: a wrong password, an empty field, a file that is none, a bank that is none."""
    gavin.http.headers["accept-language"] = "de"
    gavin.land()
    gavin.agree()
    path = "/home/institutions/AU00000"
    empty = unescape(gavin.send(path, {"login_id": "", "password": ""}, on=path).text)
    assert "Bitte ausfüllen: Passwort." in empty
    failed = gavin.connect("gavinBelson", "wrong")
    page = unescape(gavin.settled(failed))
    assert '<html lang="de"' in page
    for words in ("Ihr Login oder Passwort stimmt nicht", "Angaben noch einmal eingeben", "Wenn Sie den Support ansprechen"):
        assert words in page
    missing = gavin.get("/home/institutions/AU99999")
    assert (missing.status_code, "Diese Bank kann nicht verbunden werden" in missing.text) == (404, True)
    assert "Seite nicht gefunden" in gavin.get("/home/jobs/00000000-0000-4000-8000-000000000000").text


def test_a_choice_outweighs_the_browser_and_leads_back(gavin: Person) -> None:
    gavin.land()
    assert "Agree and continue" in gavin.get("/home/consent").text
    answer = gavin.get("/home/language/de?back=/home/consent")
    assert answer.headers["location"] == "/home/consent"
    assert "Max-Age" not in answer.headers["set-cookie"]
    assert "Zustimmen und weiter" in gavin.get("/home/consent").text
    for back in ("https://evil.example/", "//evil.example", "/dashboard"):
        assert gavin.get("/home/language/en", params={"back": back}).headers["location"] == "/home"
    assert "Agree and continue" in gavin.get("/home/consent").text
    gavin.get("/home/language/xx")
    assert "Agree and continue" in gavin.get("/home/consent").text


def test_the_dashboard_stays_english(ana: Pages, gavin: Person) -> None:
    ana.http.headers["accept-language"] = "de"
    assert '<html lang="en"' in ana.get(f"/dashboard/applications/{gavin.app.id}/policy").text


def test_a_choice_on_the_answer_to_a_form_leads_to_what_can_be_opened(gavin: Person) -> None:
    made = gavin.app.post(f"/users/{gavin.user_id}/auth_link", json={}).json()
    gavin.get("/links/" + made["links"]["public"].rpartition("/")[2])
    refused = gavin.send("/links/check", {"code": "000000"}, on="/links")
    assert refused.status_code == 400
    choice = re.search(r'href="(/home/language/de[^"]+)"', refused.text)
    assert choice
    page = gavin.get(unescape(choice[1]), follow_redirects=True)
    assert (page.status_code, page.url.path) == (200, "/links")
    assert "Bestätigen Sie Ihre Mobilnummer" in page.text
