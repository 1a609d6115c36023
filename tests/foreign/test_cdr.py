"""The Consumer Data Right against others' work: the published oidc-provider in FAPI mode as the holder, and Prism with the banking APIs."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from jwt.algorithms import RSAAlgorithm

from bowerbird.model.clock import ManualClock, SystemClock
from bowerbird.sdk.failures import AuthorizationNeeded
from tests.banks.cdr_holder import CLIENT, Customer, DataHolder, rows_of
from tests.banks.cdr_keys import authority, certified, pem_of, rsa_key
from tests.banks.cdr_recipient import new_holder, with_customers
from tests.banks.cdr_side import RETURN, Side
from tests.banks.test_cdr_attacks import AtHolder
from tests.banks.upstream import Answer, Asked, UpstreamServer
from tests.foreign.clients import INSTALLED
from tests.foreign.test_actual import NODE
from tests.foreign.test_up_specification import PRISM
from tests.serving import NOON, free_port, until

pytestmark = pytest.mark.foreign

PROVIDER = INSTALLED / "oidc" / "node_modules" / "oidc-provider" / "lib" / "index.js"
DRIVER = Path(__file__).parent / "drivers" / "oidc_holder.mjs"
_STANDARDS = Path(os.environ.get("FOREIGN_CLIENTS", "")) / "ConsumerDataStandardsAustralia" / "standards"
SPECIFICATION = _STANDARDS / "swagger-gen" / "api" / "cds_banking.json"


def require(missing: str) -> None:
    if missing:
        (pytest.fail if os.environ.get("FOREIGN_STRICT") == "1" else pytest.skip)(missing)


def _jwk(key: Any, **more: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(RSAAlgorithm.to_jwk(key))
    found.pop("key_ops", None)
    return {**found, "use": "sig", "alg": "PS256", **more}


def _resources(holder: DataHolder) -> dict[str, Any]:
    """What the accounts of one customer look like, by path."""
    customer, links = holder.customers["monica"], {"links": {"self": "x"}, "meta": {}}
    rows = rows_of("m1", holder.clock.now(), 4)
    return {
        "/accounts": {"data": {"accounts": [holder._account("m1")]}, **links},
        "/accounts/balances": {"data": {"balances": [holder._balance(customer, "m1")]}, **links},
        "/accounts/m1": {"data": {**holder._account("m1"), "bsb": "062000", "accountNumber": "1"}, **links},
        "/accounts/m1/transactions": {"data": {"transactions": rows}, **links},
    }


@contextmanager
def _provider(folder: Path, resources: Mapping[str, Any]) -> Iterator[int]:
    port, own, log = free_port(), certified("holder"), folder / "provider.log"
    recipient = rsa_key("recipient")
    settings = {
        "package": str(PROVIDER), "port": port, "client": CLIENT, "redirect": RETURN, "resources": resources,
        "clientKey": _jwk(recipient.public_key(), kid="recipient"), "holderKey": _jwk(rsa_key("holder"), kid="h1"),
        "key": own.key, "certificate": own.certificate, "authority": authority(),
    }  # fmt: skip
    file = folder / "provider.json"
    file.write_text(json.dumps(settings))
    with log.open("wb") as output:
        process = subprocess.Popen([str(NODE), str(DRIVER), str(file)], stdout=output, stderr=output)
    try:
        until(lambda: b"listening" in log.read_bytes(), "oidc-provider", seconds=60)
        yield port
    finally:
        process.kill()
        process.wait()


def _agree(url: str) -> dict[str, str]:
    """Follow the holder's pages as a browser does, up to the way back: its parameters."""
    trusted = ssl.create_default_context(cadata=authority())
    with httpx2.Client(verify=trusted, timeout=20) as browser:
        while not url.startswith(RETURN):
            answer = browser.get(url)
            assert answer.status_code in {302, 303}, answer.text[:2000]
            url = str(httpx2.URL(url).join(answer.headers["location"]))
    return dict(httpx2.URL(url).params)


def test_a_login_at_oidc_provider_in_fapi_mode(tmp_path: Path, tell: Callable[[object], None]) -> None:
    require("" if NODE.exists() and PROVIDER.exists() else "oidc-provider is not installed: run `make foreign`")
    with new_holder() as shapes:
        shapes.clock = SystemClock()
        resources = _resources(shapes)
    own = certified("recipient")
    with _provider(tmp_path, resources) as port:
        issuer = f"https://127.0.0.1:{port}"
        settings = {
            "issuer": issuer, "resources": f"{issuer}/cds-au/v1", "client_id": CLIENT, "key": pem_of(rsa_key("recipient")),
            "key_id": "recipient", "certificate": own.certificate, "certificate_key": own.key, "authority": authority(), "days": "90",
        }  # fmt: skip
        side = Side(f"127.0.0.1:{port}", SystemClock(), settings)
        begun = side.begin()
        session = side.finish(begun, _agree(begun.url))
        assert side.read(session) == 5
        assert side.read(side.refresh()) == 5
        thief = certified("thief")
        other = Side(side.host, side.clock, {**settings, "certificate": thief.certificate, "certificate_key": thief.key}, side.kept[-1:])
        with pytest.raises(AuthorizationNeeded):
            other.read(session)
        side.close()
        other.close()
    tell("oidc-provider, FAPI 1.0 Final: a login, a refresh and two reads; a token with another certificate refused")


@contextmanager
def _prism(folder: Path, upstream: str) -> Iterator[str]:
    """Prism in front of the holder's resources: a request or an answer that the document does not describe becomes an error."""
    port, log = free_port(), folder / "prism.log"
    document = json.loads(SPECIFICATION.read_text())
    document["paths"] = {f"/cds-au/v1{path}": entry for path, entry in document["paths"].items()}
    document["servers"] = [{"url": upstream}]
    (folder / "banking.json").write_text(json.dumps(document))
    command = [str(PRISM), "proxy", str(folder / "banking.json"), upstream, "--errors", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        until(lambda: b"Prism is listening" in log.read_bytes(), "Prism", seconds=60)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


class Judged(DataHolder):
    """A holder whose resources are asked for and answered through Prism: what the document does not allow becomes an error."""

    prism, judged = "", 0

    def _banking(self, parts: list[str], query: dict[str, list[str]], customer: Customer, headers: Any) -> Answer:
        passed = {name: headers[name] for name in headers if name.startswith("x-") or name == "accept"}
        path = f"{self.prism}/cds-au/v1/banking/{'/'.join(parts)}"
        found = httpx2.get(path, params={name: values[0] for name, values in query.items()}, headers=passed, timeout=30)
        self.judged += 1
        return Answer(found.status_code, found.content, {"content-type": "application/json"})


class Behind(UpstreamServer):
    """What stands behind Prism: the holder's own answers for one of its customers."""

    def __init__(self, holder: DataHolder, customer: Customer) -> None:
        super().__init__()
        self._holder, self._customer = holder, customer

    def answer(self, asked: Asked) -> Answer:
        parts = urlsplit(asked.path)
        path = parts.path.removeprefix("/cds-au/v1/banking/").split("/")
        return DataHolder._banking(self._holder, path, parse_qs(parts.query), self._customer, asked.headers)


def test_the_connector_and_its_holder_keep_to_the_banking_apis(tmp_path: Path, tell: Callable[[object], None]) -> None:
    missing = "" if PRISM.exists() else "Prism is not installed: run `make foreign`"
    if not SPECIFICATION.is_file():
        missing = missing or "FOREIGN_CLIENTS names no folder with a checkout of ConsumerDataStandardsAustralia/standards"
    require(missing)
    holder = with_customers(Judged(ManualClock(NOON)))
    with holder, Behind(holder, holder.customers["gavin"]) as behind, _prism(tmp_path, behind.url) as holder.prism:
        assert httpx2.get(f"{holder.prism}/cds-au/v1/banking/accounts").status_code >= 400  # Prism judges: no x-v
        side = AtHolder(holder)
        session = side.log_in()
        assert side.read(session) == 16, (tmp_path / "prism.log").read_text()[-3000:]
        side.close()
    tell(f"{holder.judged} requests and answers of the Consumer Data Right's connector through Prism: 0 violations")
