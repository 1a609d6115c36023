"""Those whom the bank turns away although they know their password, each in another way."""

from bowerbird.connectors.sandbox.persona import Refused
from bowerbird.sdk import failures

REFUSED_LOGINS = (
    Refused("bighead", "password", failures.LockedAccount),
    Refused("erlich", "aviato", failures.UserActionRequired),
    Refused("jianYang", "nothotdog", failures.Unavailable),
    Refused("monica", "raviga", failures.InvalidCredentials),
    Refused("russ", "hanneman", failures.MfaNotSupported),
    Refused("dinesh", "tesla", failures.Maintenance),
)
