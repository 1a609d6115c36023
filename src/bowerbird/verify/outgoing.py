"""What the server sends: to no address of its own network, and nothing without a signature."""

from __future__ import annotations

from dataclasses import replace

from standardwebhooks import Webhook, WebhookVerificationError

from bowerbird.client import ApiError
from bowerbird.domain.notifications.webhooks import WebhookChanges, create_webhook, find_webhook, rotate_secret
from bowerbird.outbound.addresses import AllowList
from bowerbird.outbound.client import Outbound
from bowerbird.verify.asking import Delivery
from bowerbird.verify.report import BrokenPromise, expect
from bowerbird.verify.served import EMAIL, Served, wait

_MINUTE_S = 60


def check_addresses(served: Served) -> str:
    """Webhooks to this machine and its network: refused when they are made, and never called where one is there all the same."""
    host, _, port = served.unlisted.host.partition(":")
    inside = (
        f"http://{host}:{port}/", f"http://localhost:{port}/", f"http://[::1]:{port}/", f"http://[::ffff:127.0.0.1]:{port}/",
        f"http://2130706433:{port}/", f"http://0x7f000001:{port}/", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1:8080/",
        "http://192.168.1.1:8080/", "http://172.16.0.1:8080/", "http://[fd00::1]:8080/", "file:///etc/passwd", "gopher://127.0.0.1:8080/",
    )  # fmt: skip
    for url in inside:
        try:
            served.theirs.create_webhook(url=url)
        except ApiError as error:
            expect(400 <= error.status < 500, f"a webhook to {url} is answered with {error.status}")
            continue
        raise BrokenPromise(f"a webhook to {url} is accepted")
    _write_to_unlisted(served)
    served.theirs.create_user(email=EMAIL)
    webhook = served.theirs.list_webhooks().data[0].id
    tried = wait(lambda: any(served.theirs.get_message(webhook, each.id).attempts for each in served.theirs.list_messages(webhook).data))
    expect(tried, "no message to a webhook is tried")
    expect(not served.unlisted.deliveries, "a webhook on this machine, which was not allowed, is called")
    return f"{len(inside)} addresses inside refused; one that lay in the database: 0 calls"


def _write_to_unlisted(served: Served) -> None:
    """Put a webhook into the database as one from a time when its address was allowed."""
    generous = replace(served.services, outbound=Outbound(AllowList.read(served.unlisted.host)))
    application_id = served.copy.theirs.application_id
    generous.write_now(create_webhook, WebhookChanges(served.unlisted.url, None, None, ["user.created"]), tenant=application_id)


def check_webhooks(served: Served) -> str:
    """A message arrives, and a receiver's own check takes it, but takes it neither changed nor under another secret."""
    made = served.ours.create_webhook(url=served.listed.url, subscribed_events=["user.created"])
    served.ours.create_user(email=EMAIL)
    expect(wait(lambda: bool(served.listed.deliveries)), "no message arrives at a webhook that is allowed")
    delivery = served.listed.deliveries[0]
    expect(_accepts(made.secret or "", delivery), "a message is not signed with the secret of its webhook")
    expect(not _accepts(made.secret or "", delivery._replace(body=delivery.body + b" ")), "a changed message is accepted")
    other = served.theirs.create_webhook(url=f"{served.listed.url}/other", subscribed_events=["consent.warning"])
    expect(not _accepts(other.secret or "", delivery), "a message is accepted under the secret of another webhook")
    _rotate(served, made.id, made.secret or "")
    return f"{len(served.listed.deliveries)} messages arrived, signed; changed or under another secret: refused; rotated: as long as chosen"


def _rotate(served: Served, webhook_id: str, first: str) -> None:
    """A rotated secret signs beside the new one for a while, and one that was ended at once signs no more."""
    application_id = served.copy.ours.application_id

    def rotate(after_s: int) -> tuple[str, Delivery]:
        secret = served.services.write_now(
            lambda session: rotate_secret(session, find_webhook(session, webhook_id), after_s), tenant=application_id
        )
        before = len(served.listed.deliveries)
        served.ours.create_user(email=EMAIL)
        expect(wait(lambda: len(served.listed.deliveries) > before), "no message arrives once a secret was rotated")
        return secret, served.listed.deliveries[before]

    second, delivery = rotate(_MINUTE_S)
    expect(_accepts(first, delivery) and _accepts(second, delivery), "a message is not signed with both secrets while the old one goes on")
    third, delivery = rotate(0)
    expect(_accepts(third, delivery), "a message is not signed with the new secret")
    expect(not any(_accepts(each, delivery) for each in (first, second)), "a message is accepted under a secret that was ended")


def _accepts(secret: str, delivery: Delivery) -> bool:
    try:
        Webhook(secret).verify(delivery.body, delivery.headers)
    except WebhookVerificationError:
        return False
    return True
