"""Examples of an operation with curl and Python, to copy and run once a key is filled in."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from urllib.parse import quote

from bowerbird.domain.access.tokens import VERSIONS
from bowerbird.web.reference.description import DescribedOperation
from bowerbird.web.reference.schemas import Schema

_ALWAYS = {"institutionId": "AU00000", "connectorId": "AU00000", "method": "web", "logo": "AU00000.svg"}
"""Values of path parameters that every server has."""

_TOKEN = r"""TOKEN=$(curl -s "{url}/token" -H "basiq-version: {version}" -d scope=SERVER_ACCESS \
  -H "Authorization: Basic {key}" \
  | sed 's/.*"access_token":"\([^"]*\)".*/\1/')"""


def value_of(operation: DescribedOperation, name: str, ids: Mapping[str, str]) -> str:
    """The value of a path parameter; empty where none is known."""
    if name == "id":  # of an event or of an event type: the path says which
        return "connection.created" if "types" in operation.path else ids.get("eventId", "")
    return ids.get(name) or _ALWAYS.get(name, "")


def _path(operation: DescribedOperation, ids: Mapping[str, str], unknown: str) -> str:
    """The path with its values; an unknown value becomes its name in capitals, in the format `unknown`."""

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        value = value_of(operation, name, ids)
        return quote(value, safe="") if value else unknown.format(re.sub(r"([A-Z])", r"_\1", name).upper())

    return re.sub(r"\{(\w+)\}", fill, operation.path)


def curl(operation: DescribedOperation, url: str, key: str, ids: Mapping[str, str]) -> str:
    """A command. `key` empty: it uses a shell variable."""
    target, body = url + _path(operation, ids, "${}"), operation.body
    method = f"-X {operation.method} " if operation.method != "GET" and (body is None or operation.method != "POST") else ""
    lines = [f'curl -s {method}"{target}"']
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


def _curl_body(media_type: str, sample: Schema) -> list[str]:
    if media_type == "application/json":
        return [f'-H "Content-Type: {media_type}"', f"-d {shlex.quote(json.dumps(sample, ensure_ascii=False))}"]
    if media_type == "multipart/form-data":
        return [f"-F {shlex.quote(name + '=' + ('@' if value == 'statement.csv' else '') + str(value))}" for name, value in sample.items()]
    return [f"-d {shlex.quote(f'{name}={value}')}" for name, value in sample.items()]


def python(operation: DescribedOperation, url: str, key: str, ids: Mapping[str, str]) -> str:
    """A whole program. `key` empty: it has a placeholder."""
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
    lines += ["", f"response = server.{operation.method.lower()}({', '.join(arguments)})", "print(response.status_code, response.text)"]
    return "\n".join(lines)


def _python_body(media_type: str, sample: Schema) -> list[str]:
    if media_type == "application/json":
        return [f"json={sample!r}"]
    if media_type == "multipart/form-data":
        fields = {name: value for name, value in sample.items() if value != "statement.csv"}
        return [f"data={fields!r}", 'files={"statement": open("statement.csv", "rb")}']
    return [f"data={sample!r}"]
