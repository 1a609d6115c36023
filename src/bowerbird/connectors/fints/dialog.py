"""The library python-fints on this server's HTTP: one dialog with a bank for each step, and what goes wrong in it as a Failure."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from fints.client import FinTS3PinTanClient, NeedRetryResponse, NeedTANResponse
from fints.exceptions import (
    FinTSClientPINError,
    FinTSClientTemporaryAuthError,
    FinTSNoResponseError,
    FinTSSCARequiredError,
    FinTSUnsupportedOperation,
)
from fints.hhd.flicker import code_to_bitstream, parse
from fints.message import FinTSCustomerMessage, FinTSInstituteMessage
from fints.models import SEPAAccount
from fints.segments.dialog import HIRMG2, HIRMS2
from mt940.models import Transaction, Transactions
from mt940.options import Options

from bowerbird.connectors.fints.rows import Asked, FinTsRow, TanOrder
from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.sdk.connector import ConnectorContext
from bowerbird.sdk.failures import (
    AccountUnavailable,
    ChallengeRaised,
    Failure,
    InvalidCredentials,
    LockedAccount,
    NotUnderstood,
    UserActionRequired,
    WrongAnswer,
)
from bowerbird.sdk.http import HttpRequest, failure_of

for _library in ("fints", "mt940"):  # they log what a bank says, which is of a person
    logging.getLogger(_library).propagate = False
    logging.getLogger(_library).addHandler(logging.NullHandler())

_LOCKED = {"3938", "9930", "9931"}
_PIN_REFUSED = {"9340", "9910", "9942"}
_CLASSES = (
    (range(1, 10), AccountClass.TRANSACTION),
    (range(10, 20), AccountClass.SAVINGS),
    (range(20, 30), AccountClass.TERM_DEPOSIT),
    (range(30, 40), AccountClass.INVESTMENT),
    (range(40, 50), AccountClass.LOAN),
    (range(50, 60), AccountClass.CREDIT_CARD),
    (range(60, 70), AccountClass.INVESTMENT),
    (range(80, 90), AccountClass.INSURANCE),
)
"""The kinds of accounts of a segment HIUPD ("Kontoart")."""
_ROWS = "HKKAZ"
"""The order of rows in MT940."""
_IN_APP = "Confirm in your bank's app first, then answer: yes"
_POLLS = 60
"""Questions whether the person has approved, to a bank that does not say how many it allows."""
_MAX_CHALLENGE = 1000
_NO_BARS = "The bank also sends a code for a TAN device, which cannot be read here: choose another TAN procedure at your bank."


class _Connection:
    """In place of the library's own connection: messages go through the server's address guard, and count as its requests."""

    def __init__(self, context: ConnectorContext) -> None:
        self.url = context.settings["url"]
        self._context = context

    def send(self, message: FinTSCustomerMessage) -> FinTSInstituteMessage:
        body = base64.b64encode(message.render_bytes())
        response = self._context.http.send(HttpRequest("POST", self.url, {"Content-Type": "text/plain"}, body))
        failure = failure_of(response, self._context.now)
        if failure is not None:
            raise NotUnderstood("the bank's address answers no FinTS") if isinstance(failure, InvalidCredentials) else failure
        return FinTSInstituteMessage(segments=base64.b64decode(response.body, validate=False))


class _Client(FinTS3PinTanClient):  # type: ignore[misc]  # the library has no types
    """The library's client, which notes what the bank says about each message."""

    def __init__(self, *given: str, **options: Any) -> None:
        self.codes: set[str] = set()
        super().__init__(*given, **options)

    def process_response_message(self, dialog: Any, message: FinTSInstituteMessage, internal_send: bool = True) -> None:
        """All codes of a message, before the library stops at one of them that says less than the others."""
        for segment in (*message.find_segments(HIRMG2), *message.find_segments(HIRMS2)):
            self.codes |= {response.code for response in segment.responses}
        super().process_response_message(dialog, message, internal_send=internal_send)

    def _get_transactions_mt940(
        self, dialog: Any, order: Any, account: SEPAAccount, start_date: date, end_date: date | None, _pending: bool
    ) -> list[Transaction]:
        """As the library's own, but read with the counterparty's IBAN apart from its name, and reversals signed."""

        named = order._fields["account"].type.from_sepa_account(account)
        asked = partial(order, account=named, all_accounts=False, date_start=start_date, date_end=end_date)
        found: list[Transaction] = self._fetch_with_touchdowns(dialog, partial(_part, asked), _read_booked, "HIKAZ")
        return found

    def expect_rows(self, asked: NeedTANResponse) -> None:
        """Be ready for rows that another process ordered, and that come with the answer to a TAN."""
        first = asked.command_seg
        order: Callable[..., Any] = type(first)
        again = partial(order, account=first.account, all_accounts=False, date_start=first.date_start, date_end=first.date_end)
        self._touchdown_responses: list[Any] = []
        self._touchdown_counter, self._touchdown, self._touchdown_dialog = 1, None, self._standing_dialog
        self._touchdown_segment_factory, self._touchdown_response_processor = partial(_part, again), _read_booked
        self._touchdown_args = ("HIKAZ",)
        self._touchdown_kwargs: dict[str, str] = {}


def _part(order: Callable[..., Any], touchdown: str | None) -> Any:
    """An order of rows from where the bank's last answer ended."""
    return order(touchdown_point=touchdown)


class Dialog:
    """A person's way to their bank. `known` is what an earlier one left, empty for the first."""

    def __init__(self, user: str, pin: str, known: bytes, context: ConnectorContext) -> None:
        settings = context.settings
        self._client = _Client(settings["bank"], user, pin, settings["url"], product_id=settings["product"], from_data=known or None)
        self._client.connection = _Connection(context)

    def known(self) -> bytes:
        return bytes(self._client.deconstruct(including_private=True))

    def begin(self) -> Asked | None:
        """Log in; None where the bank asks nothing more. Raises what `_failures` does."""
        client = self._client
        with self._failures():
            if not client.get_current_tan_mechanism():
                client.fetch_tan_mechanisms()
            chosen = client.get_current_tan_mechanism()
            if chosen in client.get_tan_mechanisms() and client.is_tan_media_required() and not client.selected_tan_medium:
                _usage, media = client.get_tan_media()
                for medium in media[:1]:
                    client.set_tan_medium(medium)
            with client:
                asked = client.init_tan_response
                if not isinstance(asked, NeedTANResponse):
                    return None
                return _asked(client, asked)

    def confirm(self, order: TanOrder, tan: str) -> list[FinTsRow] | Asked:
        """Go on with a login or an order of rows that asked: the rows, or what to wait for further. Raises WrongAnswer."""
        with self._failures(), self._client.resume_dialog(order.dialog):
            asked = NeedRetryResponse.from_data(order.request)
            asked.decoupled = order.in_app
            if asked.command_seg is not None:
                self._client.expect_rows(asked)
            answer = self._client.send_tan(asked, tan)
            if isinstance(answer, NeedTANResponse) and _polling(self._client)[0]:
                return _asked(self._client, answer)
            if isinstance(answer, NeedTANResponse) or any(code.startswith("9") for code in self._client.codes):
                raise WrongAnswer("not confirmed")
            return [_row(each.data) for each in answer] if asked.command_seg is not None else []

    @contextmanager
    def _open(self) -> Iterator[_Client]:
        """A dialog for which the bank asks no TAN. Raises ChallengeRaised where it does: the person logs in again."""
        with self._failures(), self._client:
            if self._client.init_tan_response is not None:
                raise ChallengeRaised
            yield self._client

    def accounts(self, now: datetime) -> list[BankAccount]:
        with self._open() as client:
            listed = _listed(client)
            return [self._account(client, each, known_as, now) for each, known_as in listed]

    def _account(self, client: _Client, listed: dict[str, Any], known_as: SEPAAccount, now: datetime) -> BankAccount:
        owner = " ".join(listed["owner_name"]) or None
        product = listed["product_name"] or "Konto"
        kind = int(listed["type"] or 0)
        return BankAccount(
            number=listed["iban"],
            name=product,
            holder=owner,
            currency=listed["currency"] or "EUR",
            account_class=next((found for kinds, found in _CLASSES if kind in kinds), AccountClass.UNKNOWN),
            product=product,
            balance=self._balance(client, known_as),
            available=None,
            last_updated=now,
            upstream_id=listed["iban"],
            institution=client.bpa.bank_name if client.bpa else None,
        )

    def _balance(self, client: _Client, account: SEPAAccount) -> int | None:
        """In cents; None where the bank shows it not, or not without a TAN."""
        with suppress(FinTSUnsupportedOperation):
            balance = client.get_balance(account)
            if balance is not None and not isinstance(balance, NeedTANResponse):
                return int(balance.amount.amount * 100)
        return None

    def rows(self, iban: str, first: date) -> list[FinTsRow] | Asked:
        """The booked rows of an account from a day on, or what the bank asks first. Raises AccountUnavailable where it has it no more."""
        with self._open() as client:
            known_as = next((known_as for each, known_as in _listed(client) if each["iban"] == iban), None)
            if known_as is None:
                raise AccountUnavailable("the bank lists this account no more")
            found = client.get_transactions(known_as, first)
            if isinstance(found, NeedTANResponse):
                if found.command_seg.header.type != _ROWS:
                    raise UserActionRequired("a TAN for rows in another form than MT940")
                return _asked(client, found)
            return [_row(each.data) for each in found]

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """What the library raises as a Failure: what our HTTP raised stands behind it."""
        try:
            yield
        except Failure:
            raise
        except FinTSClientTemporaryAuthError as error:
            raise LockedAccount("locked") from error
        except FinTSSCARequiredError as error:
            raise ChallengeRaised from error
        except Exception as error:
            raise _cause(error) or self._meaning(error) from error

    def _meaning(self, error: Exception) -> Failure:
        """A PIN that the bank refuses is not tried again by itself, also where the bank gives another reason beside it."""
        if self._client.codes & _LOCKED:
            return LockedAccount("locked")
        if self._client.codes & _PIN_REFUSED or isinstance(error, FinTSClientPINError):
            return InvalidCredentials("refused")
        return NotUnderstood(f"the library stops with {type(error).__name__}")


def _cause(error: BaseException | None) -> Failure | None:
    while error is not None and not isinstance(error, Failure):
        error = error.__cause__ or error.__context__
    return error


def _asked(client: _Client, asked: NeedTANResponse) -> Asked:
    """What the person reads and answers, in a dialog that stays open."""
    text, bars = str(asked.challenge or "The bank asks you to confirm.")[:_MAX_CHALLENGE], tuple[str, ...]()
    if asked.challenge_hhduc and not asked.challenge_matrix:
        by_hand, bars = _flicker(asked.challenge_hhduc)
        text += f" ({by_hand})"
    prompt, picture = _IN_APP if asked.decoupled else "TAN", bytes(asked.challenge_matrix[1]) if asked.challenge_matrix else b""
    order = TanOrder(bytes(client.pause_dialog()), bytes(asked.get_data()), bool(asked.decoupled))
    return Asked(text, prompt, order, picture, *(_polling(client) if asked.decoupled else (0, 0)), bars)


def _flicker(code: str) -> tuple[str, tuple[str, ...]]:
    """What a person types into a TAN device by hand, and the frames of the bars that it reads by itself; none of a code that is none."""
    try:
        read, frames = parse(code), tuple(code_to_bitstream(code))
    except (ArithmeticError, AttributeError, LookupError, NameError, TypeError, ValueError):  # the library checks little
        return _NO_BARS, ()
    start, *values = [each.data for each in (read.startcode, read.de1, read.de2, read.de3) if each.data]
    if not all(each.isprintable() for each in (start, *values)):
        return _NO_BARS, ()
    by_hand = ", then ".join([f"start code {start}", *values])
    return f"With a TAN device: the consent page shows its moving bars. By hand: {by_hand}.", frames


def _polling(client: _Client) -> tuple[int, int]:
    """Every how many seconds a bank may be asked whether the person has approved, and how many times; 0 where only they may say so."""
    way = client.get_tan_mechanisms().get(client.get_current_tan_mechanism())
    if not getattr(way, "automated_polling_allowed", False):
        return 0, 0
    return max(way.wait_before_first_poll or 1, way.wait_before_next_poll or 1), way.decoupled_max_poll_number or _POLLS


def _listed(client: _Client) -> list[tuple[dict[str, Any], SEPAAccount]]:
    """The accounts with what the bank says of each, and as orders name them: with its BIC where the bank gives one."""
    named: dict[str, SEPAAccount] = {}
    with suppress(FinTSNoResponseError):
        found = client.get_sepa_accounts()
        named = {} if isinstance(found, NeedTANResponse) else {each.iban: each for each in found}
    return [(each, named.get(each["iban"]) or _sepa(each)) for each in client.get_information()["accounts"] if each["iban"]]


def _sepa(listed: dict[str, Any]) -> SEPAAccount:
    country = f"XXXX{listed['iban'][:2]}XX"  # all that is read of a BIC where orders name accounts by number
    bank = listed["bank_identifier"].bank_code
    return SEPAAccount(listed["iban"], country, listed["account_number"], listed["subaccount_number"], bank)


def _read_booked(parts: list[Any]) -> list[Transaction]:
    """Banks cut the text of a statement anywhere; some write @@ for the end of a line, and an offset of time that there is not."""
    text = "".join(part.statement_booked.decode("latin-1") for part in parts)
    return list(Transactions(options=Options.all()).parse(text.replace("@@", "\r\n").replace("-0000", "+0000")))


def _row(data: dict[str, Any]) -> FinTsRow:
    value_day = date(data["date"].year, data["date"].month, data["date"].day)
    booked = data.get("entry_date") or data["date"]
    texts = ("posting_text", "applicant_name", "recipient_name", "purpose", "additional_purpose", "extra_details")
    return FinTsRow(
        mark=str(data["status"]).upper(),
        amount=Decimal(data["amount"].amount),
        currency=data["amount"].currency or data.get("currency"),
        booked=date(booked.year, booked.month, booked.day),
        value_day=value_day,
        texts=tuple(str(data.get(name) or "") for name in texts),
        code=str(data.get("transaction_code") or ""),
    )
