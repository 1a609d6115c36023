"""How an operation is called, as commands and as a program: to be copied and run as they stand, once a key is filled in."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bowerbird.domain.access.tokens import VERSIONS
from bowerbird.web.reference.description import DescribedOperation

_ALWAYS = {"institutionId": "AU00000", "connectorId": "AU00000", "method": "web", "logo": "AU00000.svg"}
"""Values of an address that every server has."""

_TOKEN = r"""TOKEN=$(curl -s "{url}/token" -H "basiq-version: {version}" -d scope=SERVER_ACCESS \
  -H "Authorization: Basic {key}" \
  | sed 's/.*"access_token":"\([^"]*\)".*/\1/')"""


def value_of(operation: DescribedOperation, name: str, ids: Mapping[str, str]) -> str:
    """What an address holds for a name; empty where nobody knows."""
    if name == "id":  # of an event or of a type of them: the address alone says which
        return "connection.created" if "types" in operation.path else ids.get("eventId", "")
    return ids.get(name) or _ALWAYS.get(name, "")


def _path(operation: DescribedOperation, ids: Mapping[str, str], unknown: str) -> str:
    """The address with its values; one that is not known becomes a name in capitals, written as `unknown` says."""

    def fill(found: re.Match[str]) -> str:
        name = found[1]
        known = value_of(operation, name, ids)
        return quote(known, safe="") if known else unknown.format(re.sub(r"([A-Z])", r"_\1", name).upper())

    return re.sub(r"\{(\w+)\}", fill, operation.path)


def curl(operation: DescribedOperation, url: str, key: str, ids: Mapping[str, str]) -> str:
    """`key` empty: a variable of the shell stands for it."""
    target, body = url + _path(operation, ids, "${}"), operation.body
    way = f"-X {operation.method} " if operation.method != "GET" and (body is None or operation.method != "POST") else ""
    lines = [f'curl -s {way}"{target}"']
    if operation.keyed:
        lines += [f'-H "Authorization: Basic {key or "$KEY"}"', f'-H "basiq-version: {VERSIONS[-1]}"']
    elif operation.scopes:
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if body is not None:
        lines += _curl_body(body.media_type, body.sample)
    call = " \\\n  ".join(lines)
    if operation.keyed or not operation.scopes:
        return call
    return f"{_TOKEN.format(url=url, key=key or '$KEY', version=VERSIONS[-1])}\n{call}"


def _curl_body(media_type: str, sample: Any) -> list[str]:
    if media_type == "application/json":
        return [f'-H "Content-Type: {media_type}"', f"-d {shlex.quote(json.dumps(sample, ensure_ascii=False))}"]
    if media_type == "multipart/form-data":
        return [f"-F {shlex.quote(name + '=' + ('@' if value == 'statement.csv' else '') + str(value))}" for name, value in sample.items()]
    return [f"-d {shlex.quote(f'{name}={value}')}" for name, value in sample.items()]


def python(operation: DescribedOperation, url: str, key: str, ids: Mapping[str, str]) -> str:
    """A whole program; `key` empty: it asks for one."""
    lines = ["import httpx2  # any HTTP client will do", "", f'server = httpx2.Client(base_url="{url}")']
    if operation.scopes:
        lines.append(f'key = {{"Authorization": "Basic {key or "YOUR KEY"}", "basiq-version": "{VERSIONS[-1]}"}}')
    if operation.scopes and not operation.keyed:
        lines += [
            'token = server.post("/token", headers=key).json()["access_token"]',
            'server.headers["Authorization"] = f"Bearer {token}"',
        ]
    arguments = [f'"{_path(operation, ids, "{}")}"']
    arguments += ["headers=key"] if operation.keyed else []
    if operation.body is not None:
        arguments += _python_body(operation.body.media_type, operation.body.sample)
    lines += ["", f"answer = server.{operation.method.lower()}({', '.join(arguments)})", "print(answer.status_code, answer.text)"]
    return "\n".join(lines)


def _python_body(media_type: str, sample: Any) -> list[str]:
    if media_type == "application/json":
        return [f"json={sample!r}"]
    if media_type == "multipart/form-data":
        fields = {name: value for name, value in sample.items() if value != "statement.csv"}
        return [f"data={fields!r}", 'files={"statement": open("statement.csv", "rb")}']
    return [f"data={sample!r}"]
