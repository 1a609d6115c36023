"""Pages of figures are held from one view to the next: what is shown is what would be worked out anew, whatever has changed since."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents import consents
from bowerbird.domain.consents.branding import update_branding
from bowerbird.domain.insights.corrections import delete_correction, record_correction
from bowerbird.domain.insights.enrichment import set_category
from bowerbird.domain.insights.held import HeldParts
from bowerbird.domain.insights.money import figures_state
from bowerbird.domain.insights.own_rules import update_own_rules
from bowerbird.domain.services import Session
from bowerbird.insights.own_rules import OwnRule
from bowerbird.model.consent import Branding
from bowerbird.model.insights.correction import CorrectionKind
from bowerbird.storage.vault.envelope import SealContext, VaultError
from bowerbird.web.prepared import prepare_money
from tests.serving import Serving, until
from tests.web.client import Pages
from tests.web.consent_session import Person

PAGES = ("", "/figures/all.income", "/figures/all.out?show=left-out", "/figures/flag.interest")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Watched:
    """A person with a bank, their pages as an operator and as they themselves open them."""

    def __init__(self, running: Serving, ana: Pages) -> None:
        self.running, self.ana, self.app = running, ana, running.application("Lender", production=False)
        self.user = self.app.new_user(mobile="0410888666", firstName="Bertram", lastName="Gilfoyle")
        self.person = Person(running, self.app, self.user)
        self.person.land()
        self.person.agree()
        self.person.settled(self.person.connect("Gilfoyle", "PiedPiper"))
        self.person.prove()
        self.tenant = Tenant(self.app.id, self.user)
        self.wage = next(row["id"] for row in self.app.transactions(self.user) if "SALARY" in row["description"])

    @property
    def held(self) -> HeldParts:
        return self.running.server.web.held

    def pages(self) -> list[str]:
        money = f"/dashboard/applications/{self.app.id}/users/{self.user}/money"
        answers = [self.ana.get(f"{money}{page}") for page in PAGES] + [self.person.get(f"/home/data/money{page}") for page in PAGES]
        return [_ID.sub("", answer.text) for answer in answers]  # an answer that is none names its request

    def anew(self) -> list[str]:
        """The pages where nothing is held."""
        self.held.clear()
        return self.pages()


@pytest.fixture
def watched(running: Serving, ana: Pages) -> Iterator[Watched]:
    made = Watched(running, ana)
    yield made
    made.person.close()


def test_a_page_that_is_held_is_the_same_page(watched: Watched) -> None:
    first = watched.anew()
    assert len(watched.held) == len(first)
    assert watched.pages() == first
    assert len(watched.held) == len(first)


def sealed_parts(running: Serving, tenant: Tenant, name: str, application: str = "Lender") -> list[bytes]:
    """What is held of the Money page and of the person's own, b"" for nothing."""
    held = running.server.web.held

    def look(session: Session) -> list[bytes]:
        state = figures_state(session)
        places = (held.place(session, "show_money", name, *state), held.place(session, "show_own_money", application, "", *state))
        return [held.sealed(place.row) for place in places]

    return running.services.read_now(look, tenant=tenant)


def test_the_first_view_of_a_person_who_is_new_is_held_already(watched: Watched) -> None:
    """Once their rows are enriched, before any page of theirs is opened."""
    until(lambda: all(sealed_parts(watched.running, watched.tenant, "Bertram Gilfoyle")), "both pages to be held")
    before = sealed_parts(watched.running, watched.tenant, "Bertram Gilfoyle")
    pages = watched.pages()
    assert sealed_parts(watched.running, watched.tenant, "Bertram Gilfoyle") == before, "neither was made again"
    assert watched.anew() == pages


def test_the_first_view_is_held_under_the_name_that_people_know(running: Serving) -> None:
    app = running.application("Lender")
    running.services.write_now(update_branding, Branding(name="Hooli Home"), tenant=app.id)
    tenant = Tenant(app.id, app.new_user(firstName="Three", email="three@example.com"))
    with closing(Person(running, app, tenant.user_id)) as person:
        person.land()
        person.agree()
        person.settled(person.connect("Gilfoyle", "PiedPiper"))
    until(lambda: all(sealed_parts(running, tenant, "Three", "Hooli Home")), "both pages to be held")


def test_who_is_not_new_is_prepared_where_their_figures_are_looked_at(running: Serving, ana: Pages) -> None:
    app, context = running.application("Lender"), running.server.web
    tenants = [Tenant(app.id, app.new_user(firstName=name, email=f"{name}@example.com")) for name in ("One", "Two")]
    for tenant in tenants:
        app.settled(app.connect(tenant.user_id, "Gilfoyle", "PiedPiper"))
    ana.get(f"/dashboard/applications/{app.id}/users/{tenants[1].user_id}/money")
    running.clock.advance(timedelta(days=2))
    for tenant in tenants:
        prepare_money(context, tenant)
    money = [sealed_parts(running, tenant, name)[0] for tenant, name in zip(tenants, ("One", "Two"), strict=True)]
    assert list(map(bool, money)) == [False, True]


def correct(watched: Watched) -> None:
    watched.running.services.write_now(record_correction, watched.wage, CorrectionKind.ONCE, "only once", tenant=watched.tenant)


def take_back(watched: Watched) -> None:
    watched.running.services.write_now(delete_correction, watched.wage, tenant=watched.tenant)


def override(watched: Watched) -> None:
    watched.running.services.write_now(set_category, watched.wage, "refund", tenant=watched.tenant)


def rule(watched: Watched) -> None:
    watched.running.services.write_now(update_own_rules, [OwnRule(leaf="interest", any="salary")], tenant=watched.app.id)


def rename(watched: Watched) -> None:
    answer = watched.app.post(f"/users/{watched.user}", json={"firstName": "Berta", "mobile": "0410888666"})
    assert answer.status_code == 200


def another_bank(watched: Watched) -> None:
    watched.app.settled(watched.app.connect(watched.user, "gavinBelson", "hooli2016"))


def withdraw(watched: Watched) -> None:
    watched.running.services.write_now(consents.revoke_active_consent, tenant=watched.tenant)


@pytest.mark.parametrize("change", [correct, override, rule, rename, another_bank, withdraw])
def test_what_has_changed_is_seen_at_once(watched: Watched, change: Callable[[Watched], None]) -> None:
    before = watched.pages()
    change(watched)
    watched.app.wait_until_enriched()
    after = watched.pages()
    assert after != before
    assert after == watched.anew()
    if change is correct:
        take_back(watched)
        assert watched.pages() == watched.anew()


def test_another_day_has_other_figures(watched: Watched) -> None:
    """The period ends with the day. (The sessions of both end with it too.)"""
    read = watched.running.services.read_now
    today = read(figures_state, tenant=watched.tenant)
    assert read(figures_state, tenant=watched.tenant) == today
    watched.running.clock.advance(timedelta(days=1))
    assert read(figures_state, tenant=watched.tenant) != today


def test_a_part_opens_for_no_other_user(watched: Watched) -> None:
    """Under another person's key, or once the person is deleted, what is held does not open."""
    services, other = watched.running.services, watched.app.new_user(email="other@example.com")
    watched.pages()
    place = SealContext(*watched.tenant, "held_parts", "x", "markup")
    services.read_now(watched.held.hold, place, "all of it", tenant=watched.tenant)
    sealed = watched.held.sealed("x")
    stolen = place._replace(user_id=other)
    with pytest.raises(VaultError):
        services.read_now(lambda session: services.vault.open(session.uow, sealed, stolen), tenant=watched.tenant)
    watched.app.delete(f"/users/{watched.user}")
    with pytest.raises(VaultError):
        services.read_now(lambda session: services.vault.open(session.uow, sealed, place), tenant=watched.tenant)
    assert watched.ana.get(f"/dashboard/applications/{watched.app.id}/users/{watched.user}/money").status_code == 404


def test_what_is_held_is_bounded(watched: Watched) -> None:
    held = HeldParts(most_bytes=2_000)
    for number in range(50):
        place = SealContext(*watched.tenant, "held_parts", str(number), "markup")
        watched.running.services.read_now(held.hold, place, f"{number} " * 20, tenant=watched.tenant)
    assert 0 < len(held) < 20
    assert held.sealed("49")
    assert not held.sealed("0")
