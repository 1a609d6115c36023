"""What an institution may ask of a person in the middle of a login."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class ChallengeMethod(StrEnum):
    """The wire's two methods: a one-time code, or questions with known answers."""

    TOKEN = "token"
    SECURITY_QUESTIONS = "security-questions"


@dataclass(frozen=True, slots=True)
class Challenge:
    """A login that waits for a person.

    `prompts` are shown one by one and answered in order. `state` is the connector's own, sealed until the answer comes:
    everything it needs to go on, since another process may do so. It may hold a password, so that `repr` shows none of it. `picture` is a
    PNG that belongs to it, such as a photoTAN: the consent pages show it, the API does not. `bars` are the frames of a flicker code in its
    place, for a TAN device with light sensors: five marks each, `1` for light, the clock first.
    """

    method: ChallengeMethod
    description: str
    prompts: tuple[str, ...]
    state: str = field(repr=False)
    picture: bytes = field(repr=False, default=b"")
    bars: tuple[str, ...] = field(repr=False, default=())


@dataclass(frozen=True, slots=True)
class AwaitApproval:
    """A login, or a reading, that waits until the person approves it elsewhere, mostly in their bank's app: nothing is typed here.

    `description` is shown meanwhile, with `picture`, a PNG, such as a code that opens the app. Every `poll_s` seconds, `seconds` in all,
    the server asks `approved` with `state`, which is sealed and may hold a password.
    """

    description: str
    state: str = field(repr=False)
    poll_s: int = 5
    seconds: int = 300
    picture: bytes = field(repr=False, default=b"")


@dataclass(frozen=True, slots=True)
class PersonBrowser:
    """A person who can be sent to the bank's own pages: `return_url` is where the bank sends them back to, with `state`.

    `state` is good once, for this login. A bank that answers by a signed message puts it into that.
    """

    return_url: str
    state: str

    def __repr__(self) -> str:
        return f"PersonBrowser({self.return_url}, ***)"


@dataclass(frozen=True, slots=True)
class Redirect:
    """A login that goes on at the bank's own pages, at `url`. `state` is the connector's own, sealed until the person comes back."""

    url: str
    state: str

    def __repr__(self) -> str:
        return "Redirect(***)"


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A login that went through. `session` is the connector's own state for the steps that follow.

    `replaces` is the secret of an earlier access that this one stands in place of: the server has it ended at the bank.
    `repr` shows neither.
    """

    session: str = field(repr=False)
    replaces: str | None = field(default=None, repr=False)
