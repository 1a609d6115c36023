"""How many attempts to sign in are made before the next one must wait: enough to stop guessing, without locking an operator out.

A browser that an operator has signed in with has a limit of its own, which no stranger can use up. All others are counted by address,
by address and name together, and by name: the last is far above the others, so that it takes many networks to reach it. Who reaches it
keeps operators out of browsers they never used, and of no other.
"""

from __future__ import annotations

from bowerbird.domain.access.network import network_of
from bowerbird.domain.services import Services, Session
from bowerbird.model.ids import is_id, new_id
from bowerbird.model.secrets import hash_of, is_same
from bowerbird.storage.rows import operators as rows

_WINDOW_SECONDS = 900
BY_ADDRESS, BY_ADDRESS_AND_NAME, BY_NAME, BY_DEVICE = 20, 10, 200, 10
"""Attempts within the window: from one address (IPv6: one /64 network), from it under one name, under one name by all browsers that
never signed in under it, and by one browser that did."""


def create_device(services: Services, name: str) -> str:
    """What a browser keeps to be recognised as one that an operator has signed in with. It signs nobody in."""
    device_id = new_id()
    return f"{device_id}.{_signature(services, name, device_id)}"


def is_known_device(services: Services, name: str, device: str) -> bool:
    """Whether this server made a browser's `device` for an operator of this name."""
    device_id, _, signature = device.partition(".")
    return is_id(device_id) and is_same(signature, _signature(services, name, device_id))


def _signature(services: Services, name: str, device_id: str) -> str:
    return services.vault.fingerprint("signed in before", name, device_id)


def record_attempt(session: Session, name: str, address: str, device: str, now: int) -> int:
    """Count an attempt before it is made, so that many at once cannot evade the limit: seconds to wait, 0 when it may go on.

    One that is refused for its address is not counted under its name.
    """
    until = now + _WINDOW_SECONDS * 1000
    rows.delete_expired_attempts(session.uow, now)
    for subject, most in _limits(session.services, name, address, device):
        count, ends_ms = rows.count_attempt(session.uow, subject, now, until)
        if count > most:
            return max(1, (ends_ms - now) // 1000)
    return 0


def _limits(services: Services, name: str, address: str, device: str) -> list[tuple[str, int]]:
    if is_known_device(services, name, device):
        return [(_of_device(device), BY_DEVICE)]
    network = network_of(address)
    return [(_of("address", network), BY_ADDRESS), (_of("pair", network, name), BY_ADDRESS_AND_NAME), (_of("name", name), BY_NAME)]


def delete_attempts(session: Session, name: str, address: str, device: str) -> None:
    """After a successful attempt the browser's next ones count from zero; those of others under the name do not.

    A browser that is known has a count of its own: what strangers tried from its address goes on counting.
    """
    counted = {subject for subject, _ in _limits(session.services, name, address, device)}
    rows.delete_attempts(session.uow, sorted(counted - {_of("name", name)}))


def _of_device(device: str) -> str:
    return _of("device", device.partition(".")[0])


def _of(*parts: str) -> str:
    return hash_of(" ".join(parts))
