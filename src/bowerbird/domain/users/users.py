"""Users: an application's customers, whose personal details are sealed at rest."""

from __future__ import annotations

import re
import struct
from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID

import msgspec

from bowerbird import codes
from bowerbird.domain.access.real_data import record_if_real
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections.bank_access import end_access_of_user
from bowerbird.domain.consents import receipts
from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.notifications.announcements import announce_user
from bowerbird.domain.notifications.events import delete_events_of_user
from bowerbird.domain.paging import Paging
from bowerbird.domain.services import Session
from bowerbird.domain.statements.uploads import remove_files
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.event import EventType
from bowerbird.model.ids import new_id
from bowerbird.model.problem import Problem, Problems, ProblemSource
from bowerbird.storage.rows import consents as consent_rows
from bowerbird.storage.rows import users as rows
from bowerbird.storage.rows.accounts import account_ids_of_user
from bowerbird.storage.rows.connections import connection_ids_of_user
from bowerbird.storage.rows.uploads import uploads_of_user
from bowerbird.storage.rows.users import ContactHashes, SealedUserRow
from bowerbird.storage.rows.users import UserRow as UserRow  # noqa: PLC0414
from bowerbird.storage.rows.users import UsersCursor as UsersCursor  # noqa: PLC0414
from bowerbird.storage.vault.envelope import SealContext
from bowerbird.storage.vault.key_rows import Owner

_MAX_TEXT = 255
_BUSINESS_NUMBERS = ("ABN", "ACN")
_BUSINESS_NUMBER = re.compile(r"[0-9](?: ?[0-9]){5,13}\Z", re.ASCII)
"""Digits and single blanks. The check digits are not tested: the published example ("16 7645 892") has none that fit."""
_MOBILE = re.compile(r"\+?[0-9 ().-]+\Z", re.ASCII)
"""No letters, extensions or `tel:`: phonenumbers reads a good deal more than a mobile number."""
_DEFAULT_REGION = "AU"
_CURSOR = struct.Struct(">Q16s")


class BusinessAddress(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True):
    """Where a business is; every part is optional."""

    address_line1: str | None = None
    address_line2: str | None = None
    suburb: str | None = None
    state: str | None = None
    postcode: str | None = None
    country_code: str | None = None


class Business(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True):
    """Details of a business customer, the same in requests and responses."""

    business_name: str | None = None
    business_id_no: str | None = None
    business_id_no_type: str | None = None
    business_address: BusinessAddress | None = None
    verification_status: bool | None = None
    verification_date: str | None = None


class UserDetails(Business, kw_only=True):
    """Details of a user. `mobile` is stored and shown as digits with the country code; what was never given is null."""

    email: str | None = None
    mobile: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None


class User(NamedTuple):
    """A user with their details. `created` is in milliseconds."""

    id: str
    created: int
    details: UserDetails


class UserPage(NamedTuple):
    """Users, and where the next page starts: empty on the last one."""

    users: list[User]
    next: str


class UserWithIds(NamedTuple):
    """A user's details, and the ids of what belongs to them."""

    details: UserDetails
    account_ids: list[str]
    connection_ids: list[str]


def details_context(tenant: Tenant) -> SealContext:
    return SealContext(*tenant, "users", tenant.user_id, "details")


def _seal(session: Session, details: UserDetails) -> bytes:
    return session.services.vault.seal(session.uow, msgspec.json.encode(details), details_context(session.tenant))


def _details_of(session: Session, row: SealedUserRow) -> UserDetails:
    """The personal details of a stored user."""
    key = None if row.master is None or row.wrapped is None else (row.master, bytes(row.wrapped))
    opened = session.services.vault.open_with(key, row.details, details_context(Tenant(row.application_id, row.id)))
    return msgspec.json.decode(opened, type=UserDetails)


def checked(details: UserDetails) -> UserDetails:
    """The same details in their stored form. Raises Problems with one entry for each bad field."""
    problems: list[Problem] = []
    texts = [(name, value) for name, value in msgspec.to_builtins(details).items() if isinstance(value, str)]
    if details.business_address is not None:
        texts += [(f"businessAddress/{name}", value) for name, value in msgspec.to_builtins(details.business_address).items()]
    for path, value in texts:
        if len(value) > _MAX_TEXT or not value.isprintable():
            problems.append(_field_not_valid(path))
    refused = {problem.parameter for problem in problems}
    email, mobile = details.email, details.mobile
    if email and "email" not in refused and not is_email(email):
        problems.append(Problem(codes.EMAIL_NOT_VALID, parameter="email", pointer="user/email"))
    if mobile and "mobile" not in refused:
        try:
            mobile = mobile_of(mobile, "user/mobile")
        except Problem as problem:
            problems.append(problem)
    problems += _business_problems(details)
    if problems:
        raise Problems(problems)
    return msgspec.structs.replace(details, email=email or None, mobile=mobile or None)


def _field_not_valid(path: str) -> Problem:
    name = path.rpartition("/")[2]
    return Problem(codes.FIELD_NOT_VALID, parameter=name, pointer=f"user/{path}", field=name)


def is_email(text: str) -> bool:
    """Whether a text is one address that mail can be sent to; an encoded word, which a mail's header reads as another, is none."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415  (a start does without it)

    try:
        validate_email(text, check_deliverability=False, allow_smtputf8=True, test_environment=True)
    except EmailNotValidError:
        return False
    return "=?" not in text


def mobile_of(text: str, pointer: str) -> str:
    """A mobile in its stored form: digits with the country code. Raises Problem."""
    digits = _digits_of(text)
    if digits is None:
        raise Problem(codes.MOBILE_NOT_VALID, parameter="mobile", pointer=pointer)
    return digits


def _digits_of(mobile: str) -> str | None:
    """ "+61 410 888 666" → "61410888666"; a number without a country code is read as Australian. None: no possible number."""
    import phonenumbers  # noqa: PLC0415  (a start does without it)

    text = mobile.strip()
    if not _MOBILE.match(text):
        return None
    try:
        number = phonenumbers.parse(f"+{text}" if text.startswith("61") else text, _DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).lstrip("+")


def _business_problems(details: UserDetails) -> list[Problem]:
    problems: list[Problem] = []
    number, kind = details.business_id_no, details.business_id_no_type
    if number and not details.business_name:
        problems.append(Problem(codes.BUSINESS_NAME_REQUIRED, parameter="businessName", pointer="user/businessName"))
    if kind and kind not in _BUSINESS_NUMBERS:
        problems.append(_field_not_valid("businessIdNoType"))
    elif number and not _BUSINESS_NUMBER.match(number):
        blame = ProblemSource(parameter="businessIdNo", pointer="user/businessIdNo")
        problems.append(Problem(codes.BUSINESS_NUMBER_NOT_VALID, **blame, kind=kind or "ABN or ACN"))
    return problems


def create_user(session: Session, details: UserDetails) -> tuple[str, UserDetails]:
    """A new user's id and details as stored. One of email and mobile is required."""
    if not details.email and not details.mobile:
        raise Problem(codes.EMAIL_OR_MOBILE_REQUIRED)
    details = checked(details)
    user_id, now = new_id(), to_milliseconds(session.services.clock.now())
    session.services.vault.create_key(session.uow, Owner(session.application_id, user_id))
    sealed = _seal(session.of(Tenant(session.application_id, user_id)), details)
    record_if_real(session)
    row = UserRow(user_id, session.application_id, sealed, version=1, created=now, updated=now)
    rows.insert_user(session.uow, row, _hashes_of(session, details.email, details.mobile))
    announce_user(session.of(Tenant(session.application_id, user_id)), EventType.USER_CREATED)
    return user_id, details


def hold_user(session: Session) -> None:
    """Begin a change to a user's data: changes happen one at a time, and only while the user exists. Raises Problem."""
    if not rows.hold_user(session.uow, *session.tenant):
        raise Problem(codes.USER_NOT_FOUND, parameter="userId")


def get_user(session: Session) -> UserDetails:
    """Raises Problem when there is no such user."""
    row = rows.find_sealed_user(session.uow, *session.tenant)
    if row is None:
        raise Problem(codes.USER_NOT_FOUND, parameter="userId")
    return _details_of(session, row)


def find_user(session: Session) -> User | None:
    """None when there is no such user."""
    row = rows.find_sealed_user(session.uow, *session.tenant)
    return None if row is None else User(row.id, row.created, _details_of(session, row))


def find_tenant(session: Session, user_id: str) -> Tenant | None:
    """A user with the application that they belong to, None where no application has them. For sessions across applications."""
    application_id = rows.find_application_of(session.uow, user_id)
    return None if application_id is None else Tenant(application_id, user_id)


def get_user_with_ids(session: Session) -> UserWithIds:
    """A user with the ids of their accounts and connections, as far as they may be read. Raises Problem when there is no such user."""
    scope = read_scope(session)
    return UserWithIds(
        get_user(session),
        account_ids_of_user(session.uow, *session.tenant) if scope.accounts else [],
        [] if scope.ended else connection_ids_of_user(session.uow, *session.tenant),
    )


def list_users(session: Session, paging: Paging) -> UserPage:
    """A page of the application's users, newest first. Raises Problem for a `next` this server did not write."""
    found = newest_users(session, user_cursor_of(session, paging.before), paging.limit + 1)
    if len(found) <= paging.limit:
        return UserPage(found, "")
    shown = found[: paging.limit]
    return UserPage(shown, user_cursor(session, UsersCursor(shown[-1].created, shown[-1].id)))


def user_cursor(session: Session, after: UsersCursor) -> str:
    """A place in the list of users, as the text that clients send back."""
    return session.services.vault.seal_cursor(_CURSOR.pack(after.created, UUID(after.id).bytes))


def user_cursor_of(session: Session, text: str | None) -> UsersCursor | None:
    """The place that a client sends back, None for the beginning. Raises Problem for a text that this server did not write."""
    if text is None:
        return None
    packed = session.services.vault.open_cursor(text)
    if packed is None or len(packed) != _CURSOR.size:
        raise Problem(codes.NEXT_NOT_VALID, parameter="next")
    created, user_id = _CURSOR.unpack(packed)
    return UsersCursor(created, str(UUID(bytes=user_id)))


def newest_users(session: Session, after: UsersCursor | None, limit: int) -> list[User]:
    """The application's users after a place, newest first; all details are opened together."""
    return _opened(session, rows.list_users(session.uow, session.application_id, after, limit))


def find_users_by_contact(session: Session, text: str, most: int) -> list[tuple[Tenant, User]]:
    """Users of any application whose email or mobile, in any spelling, is `text`. For sessions across applications."""
    hashes = _hashes_of(session, text, _digits_of(text))
    found = rows.find_users_by_contact(session.uow, hashes, most)
    details = details_of_rows(session, found)
    return [(Tenant(row.application_id, row.id), User(row.id, row.created, details[row.id])) for row in found]


def _hashes_of(session: Session, email: str | None, mobile: str | None) -> ContactHashes:
    """Of an email without regard to its case, and of a mobile in its stored form."""
    keyed = session.services.vault.fingerprint
    return ContactHashes(keyed("email", email.strip().casefold()) if email else None, keyed("mobile", mobile) if mobile else None)


def find_users(session: Session, user_ids: Collection[str]) -> list[User]:
    """Those of the users that still exist, in any order."""
    return _opened(session, rows.find_users(session.uow, session.application_id, user_ids))


def _opened(session: Session, found: list[UserRow]) -> list[User]:
    details = details_of_rows(session, found)
    return [User(row.id, row.created, details[row.id]) for row in found]


def details_of_rows(session: Session, found: Iterable[UserRow]) -> dict[str, UserDetails]:
    """The personal details of stored users by id."""
    sealed = {details_context(Tenant(row.application_id, row.id)): row.details for row in found}
    opened = session.services.vault.open_all(session.uow, sealed)
    return {context.user_id: msgspec.json.decode(text, type=UserDetails) for context, text in opened.items()}


def details_of_users(session: Session, user_ids: Collection[str]) -> dict[str, UserDetails]:
    """The personal details of those of the users that still exist, in two statements."""
    return details_of_rows(session, rows.find_users(session.uow, session.application_id, user_ids))


def update_user(session: Session, changes: UserDetails) -> UserDetails:
    """Set what is given, leave what is not; a user must keep an email or a mobile."""
    hold_user(session)
    given = {name: value for name in changes.__struct_fields__ if (value := getattr(changes, name)) is not None}
    merged = msgspec.structs.replace(get_user(session), **given)
    if not merged.email and not merged.mobile:
        raise Problem(codes.EMAIL_OR_MOBILE_REQUIRED)
    merged = checked(merged)
    now = to_milliseconds(session.services.clock.now())
    rows.update_user(session.uow, *session.tenant, _seal(session, merged), now, _hashes_of(session, merged.email, merged.mobile))
    announce_user(session, EventType.USER_UPDATED)
    return merged


def delete_user(session: Session) -> None:
    """Delete a user: first the key that all of their secrets need, then the rows. Copies of those rows can no longer be opened.

    Access at their banks is ended there. One event remains, that the user was deleted, and their receipts of deletion, without
    anything personal.
    """
    hold_user(session)
    before, consent = receipts.count_stored(session), consent_rows.latest_terms(session.uow, *session.tenant)
    end_access_of_user(session)
    session.services.vault.destroy_key(session.uow, Owner(*session.tenant))
    remove_files(session, uploads_of_user(session.uow, *session.tenant))
    rows.delete_user(session.uow, *session.tenant)
    delete_events_of_user(session)
    receipts.record_user_deletion(session, consent.id if consent else "", before)
    announce_user(session, EventType.USER_DELETED)
    session.forget_pages()
    session.uow.after_commit(session.services.storage.settle)
