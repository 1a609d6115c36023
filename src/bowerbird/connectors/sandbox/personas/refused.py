"""Those whom the bank turns away although they know their password, each in another way."""

from bowerbird.connectors.sandbox.persona import RefusedLogin
from bowerbird.sdk import failures

REFUSED_LOGINS = (
    RefusedLogin("bighead", "password", failures.LockedAccount),
    RefusedLogin("erlich", "aviato", failures.UserActionRequired),
    RefusedLogin("jianYang", "nothotdog", failures.Unavailable),
    RefusedLogin("monica", "raviga", failures.InvalidCredentials),
    RefusedLogin("russ", "hanneman", failures.MfaNotSupported),
    RefusedLogin("dinesh", "tesla", failures.Maintenance),
)
