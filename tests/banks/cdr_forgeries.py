"""Attacks on a login at a data holder: what becomes of an answer, and the word that the login ends with.

An attack changes what the holder of the tests says (its name in `changed`), as somebody between the two would, or a holder that errs.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from tests.banks.cdr_holder import CLIENT, DataHolder, b64, half
from tests.banks.cdr_keys import ec_key, rsa_key

Change = Callable[[Any], Any]
WRONG_SETTINGS = "NotUnderstood"
"""The job ends as `unknown-error`, and the log sends the operator to the holder or to the settings."""


class Attack(NamedTuple):
    """`word` is the reason of `authorization-failed`, or the name of another failure."""

    name: str
    change: Callable[[DataHolder], Mapping[str, Change]]
    word: str


def _with(**values: Any) -> Change:
    return lambda claims: {**claims, **values}


def _without(name: str) -> Change:
    return lambda claims: {each: value for each, value in claims.items() if each != name}


def _later(name: str, seconds: int) -> Callable[[DataHolder], Change]:
    return lambda holder: _with(**{name: holder.now_s() + seconds})


def _public_pem(holder: DataHolder) -> bytes:
    key = rsa_key(holder.kid("first")).public_key()
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _by_hand(header: Mapping[str, Any], claims: Any, signature: bytes = b"x" * 256) -> str:
    return ".".join(b64(part) for part in (json.dumps(header).encode(), json.dumps(claims).encode(), signature))


def _hmac(holder: DataHolder, claims: Any) -> str:
    head = _by_hand({"alg": "HS256", "kid": holder.kid("first")}, claims).rpartition(".")[0]
    return f"{head}.{b64(hmac.new(_public_pem(holder), head.encode(), hashlib.sha256).digest())}"


def _headers(**more: Any) -> Callable[[DataHolder], Change]:
    return lambda holder: lambda claims: holder.sign(claims, **more)


def _by_key(alg: str, name: str = "", **more: Any) -> Callable[[DataHolder], Change]:
    """Signed with a key, the holder's own where none is named, under the name of the holder's."""

    def made(holder: DataHolder) -> Change:
        kid = holder.kid("first")
        key = ec_key(name) if alg == "ES256" else rsa_key(name or kid)
        return lambda claims: jwt.encode(claims, key, alg, {"kid": kid, **more})

    return made


def _none(alg: str, signature: bytes = b"x" * 256) -> Callable[[DataHolder], Change]:
    return lambda holder: lambda claims: _by_hand({"alg": alg, "kid": holder.kid("first")}, claims, signature)


def _cut(change: Change) -> Callable[[DataHolder], Change]:
    return lambda holder: lambda claims: change(holder.sign(claims))


def _altered(holder: DataHolder) -> Change:
    def made(claims: Any) -> str:
        head, _, signature = holder.sign(claims).split(".")
        return f"{head}.{b64(json.dumps({**claims, 'extra': 1}).encode())}.{signature}"

    return made


def _signed_by_hand(key: rsa.RSAPrivateKey, header: Mapping[str, Any], claims: Any) -> str:
    """PS256 where the library of the tests changes the header, or warns of the key."""
    head = _by_hand({"alg": "PS256", **header}, claims).rpartition(".")[0]
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    return f"{head}.{b64(key.sign(head.encode(), scheme, hashes.SHA256()))}"


def _b64(holder: DataHolder) -> Change:
    kid = holder.kid("first")
    return lambda claims: _signed_by_hand(rsa_key(kid), {"kid": kid, "b64": True}, claims)


def _no_name(holder: DataHolder) -> Change:
    return lambda claims: jwt.encode(claims, rsa_key(holder.kid("first")), "PS256")


def _list(holder: DataHolder) -> Change:
    return lambda _claims: jwt.api_jws.encode(b"[]", rsa_key(holder.kid("first")), "PS256", {"kid": holder.kid("first")})


def _nested(holder: DataHolder) -> Change:
    return lambda claims: holder.sign({"jwt": holder.sign(claims)}, cty="JWT")


_OWN_KEY = {"kty": "RSA", "n": "x", "e": "AQAB"}
_SIGNINGS: Mapping[str, tuple[Callable[[DataHolder], Change], str]] = {
    "alg none": (_none("none", b""), "invalid_token_form"),
    "alg none with a signature": (_none("none"), "invalid_algorithm"),
    "alg nOnE": (_none("nOnE"), "invalid_algorithm"),
    "HS256 with the public key": (lambda holder: lambda claims: _hmac(holder, claims), "invalid_algorithm"),
    "RS256 with the right key": (_by_key("RS256"), "invalid_algorithm"),
    "PS512 with the right key": (_by_key("PS512"), "invalid_algorithm"),
    "another's key under the right name": (_by_key("PS256", "attacker"), "invalid_signature"),
    "ES256 under the name of an RSA key": (_by_key("ES256", "attacker"), "invalid_key"),
    "a key that is not published": (_by_key("PS256", "attacker", kid="new"), "unknown_key"),
    "no name of a key": (_no_name, "invalid_token_header"),
    "crit": (_headers(crit=["exp"], exp=1), "invalid_token_header"),
    "b64": (_b64, "invalid_token_header"),
    "jwk": (_by_key("PS256", "attacker", jwk=_OWN_KEY), "invalid_token_header"),
    "jku": (_headers(jku="https://attacker.example/jwks"), "invalid_token_header"),
    "x5u": (_headers(x5u="https://attacker.example/x5u"), "invalid_token_header"),
    "x5c": (_headers(x5c=["MIIB"]), "invalid_token_header"),
    "zip": (_headers(zip="DEF"), "invalid_token_header"),
    "nested": (_nested, "invalid_token_header"),
    "of another type": (_headers(typ="logout+jwt"), "invalid_token_header"),
    "oversize": (lambda holder: lambda claims: holder.sign({**claims, "padding": "x" * 9_500}), "invalid_token_form"),
    "two parts": (_cut(lambda token: token.rpartition(".")[0]), "invalid_token_form"),
    "five parts": (_cut(lambda token: f"{token}.a.b"), "invalid_token_form"),
    "no signature": (_cut(lambda token: f"{token.rpartition('.')[0]}."), "invalid_token_form"),
    "a padded signature": (_cut(lambda token: f"{token}="), "invalid_token_form"),
    "claims that were altered": (_altered, "invalid_signature"),
    "no claims": (_list, "invalid_claims"),
}


def _signed(place: str, name: str) -> Attack:
    """A way to sign that is no good, at the answer that the person brings back or at the ID token."""
    made, word = _SIGNINGS[name]
    return Attack(f"{place}: {name}", lambda holder: {place: made(holder)}, word)


def _claims(kind: str) -> list[Attack]:
    """Claims that are no good, the same for both kinds."""
    plain: list[tuple[str, Change, str]] = [
        ("another issuer", _with(iss="https://attacker.example"), "invalid_issuer"),
        ("no issuer", _without("iss"), "invalid_claims"),
        ("another audience", _with(aud="another-client"), "invalid_audience"),
        ("two audiences", _with(aud=[CLIENT, "another-client"]), "invalid_audience"),
        ("no audience", _without("aud"), "invalid_claims"),
        ("no end", _without("exp"), "invalid_claims"),
        ("an end as text", _with(exp="4102444800"), "invalid_claims"),
        ("an end that is true", _with(exp=True), "invalid_claims"),
    ]
    timed = [
        ("a clock five minutes behind", _later("exp", -300)),
        ("a life of a day", _later("exp", 86_400)),
        ("not before five minutes from now", _later("nbf", 300)),
        ("issued in five minutes", _later("iat", 300)),
    ]
    return [
        *(_always(f"{kind}: {name}", f"{kind}_claims", change, word) for name, change, word in plain),
        *(_timed(kind, name, made) for name, made in timed),
        Attack(f"{kind}: an issuer with a slash", lambda holder: {f"{kind}_claims": _with(iss=f"{holder.url}/")}, "invalid_issuer"),
    ]


def _timed(kind: str, name: str, made: Callable[[DataHolder], Change]) -> Attack:
    return Attack(f"{kind}: {name}", lambda holder: {f"{kind}_claims": made(holder)}, "invalid_time")


def _always(name: str, what: str, change: Change, word: str) -> Attack:
    return Attack(name, lambda _holder: {what: change}, word)


def _published(holder: DataHolder, **more: Any) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    return lambda keys: [{**key, **more} for key in keys]


def _weak(holder: DataHolder) -> Mapping[str, Change]:
    public = json.loads(RSAAlgorithm.to_jwk(rsa_key("weak", 1024).public_key()))
    made = {"kty": "RSA", "n": public["n"], "e": public["e"], "kid": "weak"}
    return {"jwks": lambda _keys: [made], "jarm": lambda claims: _signed_by_hand(rsa_key("weak", 1024), {"kid": "weak"}, claims)}


def _secret_key(holder: DataHolder) -> Mapping[str, Change]:
    made = {"kty": "oct", "k": b64(b"s" * 32), "kid": "s"}
    return {"jwks": lambda keys: [*keys, made], "jarm": lambda claims: jwt.encode(claims, b"s" * 32, "HS256", {"kid": "s"})}


def _other_curve(holder: DataHolder) -> Mapping[str, Change]:
    public = json.loads(ECAlgorithm.to_jwk(ec_key("attacker").public_key()))
    made = {**public, "crv": "secp256k1", "kid": "c"}
    return {"jwks": lambda _keys: [made], "jarm": lambda claims: jwt.encode(claims, ec_key("attacker"), "ES256", {"kid": "c"})}


def _shrunk(holder: DataHolder) -> Mapping[str, Change]:
    """A key that the holder has taken out of its set, after a leak, signs once more."""
    old = holder.kid("first")
    holder.key_names = ["second"]
    return {"jarm": lambda claims: jwt.encode(claims, rsa_key(old), "PS256", {"kid": old})}


def _both_hashes(holder: DataHolder) -> Mapping[str, Change]:
    """The hash of the state in the place of the token's too."""
    state = {"found": ""}

    def note(claims: Any) -> Any:
        state["found"] = claims["state"]
        return claims

    return {"jarm_claims": note, "id_claims": lambda claims: {**claims, "at_hash": half(state["found"]), "s_hash": half(state["found"])}}


ANSWERS = [
    _always("a code that nothing signs", "return", lambda _answer: {"code": "c"}, "unsigned_response"),
    _always("a code beside the signed answer", "return", _with(code="c"), "unsigned_response"),
    _always("an error that nothing signs", "return", lambda _answer: {"error": "access_denied"}, "unsigned_response"),
    _always("an error beside the signed answer", "return", _with(error="access_denied"), "unsigned_response"),
    _always("an ID token beside the signed answer", "return", _with(id_token="x"), "unsigned_response"),
    _always("nothing", "return", lambda _answer: {}, "unsigned_response"),
    _always("another state", "jarm_claims", _with(state="another"), "invalid_state"),
    _always("no state", "jarm_claims", _without("state"), "invalid_state"),
    _always("neither code nor error", "jarm_claims", _without("code"), "invalid_response"),
    _always("code and error", "jarm_claims", _with(error="server_error"), "server_error"),
    _always("an error that is a text of its own", "jarm_claims", _with(error="<b>Call 1300"), "invalid_response"),
    _always("a code of nobody", "jarm_claims", _with(code="made-up"), "invalid_grant"),
]
KEYS = [
    _always("two keys of one name", "jwks", lambda keys: [*keys, *keys], "unknown_key"),
    _always("no keys", "jwks", lambda _keys: [], "unknown_key"),
    Attack("a key for encryption", lambda holder: {"jwks": _published(holder, use="enc")}, "invalid_key"),
    Attack("a key for another algorithm", lambda holder: {"jwks": _published(holder, alg="RS256")}, "invalid_key"),
    Attack("a key without its number", lambda holder: {"jwks": _published(holder, n="")}, "invalid_key"),
    Attack("a key of 1024 bits", _weak, "invalid_key"),
    Attack("a secret among the published keys", _secret_key, "invalid_algorithm"),
    Attack("a key of another curve", _other_curve, "invalid_key"),
    Attack("a key that is no longer published", _shrunk, "unknown_key"),
]
ID_TOKENS = [
    _always("another nonce", "id_claims", _with(nonce="another"), "invalid_nonce"),
    _always("no nonce", "id_claims", _without("nonce"), "invalid_nonce"),
    _always("for another client", "id_claims", _with(azp="another-client"), "invalid_audience"),
    _always("no subject", "id_claims", _without("sub"), "invalid_subject"),
    _always("a weaker login", "id_claims", _with(acr="urn:cds.au:cdr:1"), "invalid_acr"),
    _always("no strength of the login", "id_claims", _without("acr"), "invalid_acr"),
    _always("the hash of another token", "id_claims", _with(at_hash=half("another")), "invalid_hash"),
    _always("the hash of another state", "id_claims", _with(s_hash=half("another")), "invalid_hash"),
    Attack("one hash for both", _both_hashes, "invalid_hash"),
]
TOKENS = [
    _always("a token of another kind", "tokens", _with(token_type="DPoP"), "invalid_token"),
    _always("a token that never ends", "tokens", _with(expires_in=10**9), "invalid_token"),
    _always("a token that has ended", "tokens", _with(expires_in=0), "invalid_token"),
    _always("a header in a token", "tokens", _with(access_token="a\r\nx-evil: 1"), "invalid_token"),
    _always("no ID token", "tokens", _without("id_token"), "invalid_token_form"),
    _always("no token to renew with", "tokens", _without("refresh_token"), "invalid_token"),
    _always("another's arrangement", "tokens", _with(cdr_arrangement_id="another"), "invalid_arrangement"),
    _always("no arrangement", "tokens", _without("cdr_arrangement_id"), "invalid_arrangement"),
    _always("another's arrangement by introspection", "introspected", _with(cdr_arrangement_id="another"), "invalid_arrangement"),
    _always("a token that is not in force", "introspected", lambda _answer: {"active": False}, "invalid_token"),
    _always("bound to another certificate", "introspected", _with(cnf={"x5t#S256": "another"}), "invalid_token"),
    _always("an arrangement that ended long ago", "introspected", _with(exp=1), "invalid_arrangement"),
]


def _elsewhere(name: str, url: str = "https://attacker.example/x") -> Attack:
    return _always(f"{name} at {url}", "metadata", _with(**{name: url}), WRONG_SETTINGS)


METADATA = [
    _always("metadata of another issuer", "metadata", _with(issuer="https://attacker.example"), WRONG_SETTINGS),
    _always("PKCE stripped", "metadata", _without("code_challenge_methods_supported"), WRONG_SETTINGS),
    _always("PKCE with plain", "metadata", _with(code_challenge_methods_supported=["plain"]), WRONG_SETTINGS),
    _always("tokens that are not bound", "metadata", _with(tls_client_certificate_bound_access_tokens=False), WRONG_SETTINGS),
    _elsewhere("authorization_endpoint"),
    _elsewhere("token_endpoint"),
    _elsewhere("jwks_uri"),
    _elsewhere("pushed_authorization_request_endpoint"),
    _elsewhere("introspection_endpoint"),
    _elsewhere("authorization_endpoint", "javascript:alert(1)"),
    Attack("a login by http", lambda holder: {"metadata": _with(authorization_endpoint=f"http://{holder.host}/a")}, WRONG_SETTINGS),
    Attack("a name before the host", lambda holder: {"metadata": _with(token_endpoint=f"https://{holder.host}@x.io/")}, WRONG_SETTINGS),
]
SIGNINGS = [_signed(place, name) for place in ("jarm", "id_token") for name in _SIGNINGS]
ATTACKS = [*ANSWERS, *SIGNINGS, *_claims("jarm"), *_claims("id"), *KEYS, *ID_TOKENS, *TOKENS, *METADATA]
