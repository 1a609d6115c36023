"""Settings: environment variables that start with BOWERBIRD_, each with its default. The command line overrides the first ones."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from bowerbird.domain.access.network import Network, read_networks

PREFIX = "BOWERBIRD_"
_SANDBOX_FILE_DAYS = 7
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::[0-9]{1,5})?")


class SettingsError(Exception):
    """A setting that cannot be read: it says which, and what is expected."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One field a setting; `about` in the generated page is the comment beside it."""

    data: Path = Path("data")  # Folder of the embedded database and the master key
    database_url: str = ""  # A PostgreSQL address instead of the embedded database
    database_connections: int = 12  # Connections to the shared database that one process holds at most
    database_seconds: int = 10  # Time a statement may take there; a lock, a connection or a place among them gets half of it
    public_url: str = ""  # The address clients reach this server under; links are built on it. Default: http://HOST:PORT
    trusted_proxies: str = ""  # Networks of your own proxies, as 10.0.0.0/8,127.0.0.1: whose X-Forwarded-For says who is asking
    master_key: str = ""  # 64 hexadecimal digits that seal every secret, or several such keys. Default: a file beside the database
    master_key_file: str = ""  # A file that holds the master keys instead, one a line, the one to seal with first
    master_key_command: str = ""  # A command that prints them instead: run at the start, without a shell, for 30 seconds at most
    institutions: str = ""  # A file of further institutions, mapped ids and disabled ones (TOML)
    connectors: str = ""  # A file with the settings of connectors (TOML, a table each); env:NAME and file:PATH stand for secrets
    uploads: str = "database"  # Where uploaded files lie until they are read: database, a folder (/var/lib/…), or s3://BUCKET/PREFIX
    uploads_endpoint: str = ""  # Address of the S3-compatible store, as https://minio.example.com. Default: Amazon's
    log_level: str = "info"  # debug, info, warning or error: what is less important is left out
    log_format: str = ""  # json, or text for people. Default: text where the log is a terminal, json elsewhere
    sandbox_controls: bool = False  # yes: the control plane of the sandbox under /_bowerbird, closed for good by real data
    admin_token: str = ""  # Who sends it may use what is the operator's alone. Default: a file beside the embedded database
    sandbox_deterministic: bool = False  # yes: with the control plane, ids follow from the seed and the order of requests
    sandbox_seed: int = 1  # Another seed, another sandbox: every figure of the test banks follows from it
    inspector: str = ""  # yes: the dashboard shows the last 300 requests of this process, without secrets. Default: with the control plane
    forks: int = 64  # Forks of the sandbox at once
    fork_idle_seconds: int = 900  # Time after which an unused fork is removed
    token_ttl_seconds: int = 3600  # Life of a bearer token
    token_requests_per_5_minutes: int = 1500  # Token requests with one API key, and, apart from those, of unknown callers from one address
    sandbox_connection_limit: int = 500  # Sandbox connections of one application
    refreshes_per_connection_per_day: int = 20  # Refreshes of one connection
    sandbox_enrich_requests_per_month: int = 100  # Texts that a sandbox application may have enriched in a month
    sandbox_insights_per_day: int = 1000  # Summaries, and reports, a sandbox application may make in a day; fewer where it made few users
    report_kept_hours: int = 24  # Time after which a report is deleted with the transactions it was made from
    statement_max_bytes: int = 10_485_760  # Size of an uploaded statement
    csv_max_rows: int = 100_000  # Data rows of an uploaded CSV statement
    statements_without_layout: bool = True  # PDFs that no layout reads are accepted where their sums prove one reading
    readers_must_confine: str = ""  # yes: files are refused where readers cannot be confined. Default: yes outside the sandbox
    mfa_expiry_seconds: int = 120  # Time a person has to answer a challenge
    idempotency_key_seconds: int = 86_400  # Time in which a creation sent again under its Idempotency-Key is answered, not repeated
    operator_idle_seconds: int = 3600  # Time after which an inactive operator is signed out
    operator_session_seconds: int = 43_200  # Time after which an operator must sign in again
    person_session_seconds: int = 3600  # Time a person has at the consent pages before their application must send them again
    code_sender: str = "log"  # Who sends people codes: log (in a sandbox), smtps://USER:PASSWORD@HOST?from=A&to={mobile}@HOST, https://…
    connections: int = 1000  # Connections to one process; beyond them the one that has waited longest makes room, or 503 is answered
    connections_per_address: int = 500  # Connections from one address (IPv6: one /64 network) to one process; not of trusted proxies
    header_seconds: int = 10  # Time the line and headers of a request may take to arrive
    body_seconds: int = 10  # Time a body may take to arrive before it must keep to a least rate
    body_bytes_per_second: int = 16_384  # That least rate
    answer_seconds: int = 30  # Time a client may go without taking any of its answer
    requests_at_once: int = 32  # Requests that one process works on at once, three quarters of them for one application
    requests_waiting: int = 1000  # Requests that stand in line behind them, application by application; beyond them 503 is answered
    waiting_seconds: int = 5  # Time one stands in line before 503 is answered
    body_bytes_in_flight: int = 134_217_728  # Bytes of bodies one process holds, half of them for one application; beyond: 503
    jobs_waiting_per_application: int = 20_000  # Unfinished jobs of one application; beyond them no more are accepted, and 503 is answered
    step_seconds: int = 60  # Time an institution has to answer one step of a job
    statement_files_kept_days: str = ""  # Days that a statement's file is kept after it was read. Default: 7 with the control plane, else 0
    audit_kept_days: int = 2192  # Days that the audit of what operators did is kept: six years
    owners_need_totp: str = ""  # yes: owners must set up an authenticator before anything else; no. Default: yes once real data is stored
    events_kept_days: int = 30  # Days that events and the messages about them are kept; lists show the last 7
    webhook_seconds: int = 15  # Time a webhook's receiver has to answer
    outbound_allow: str = ""  # Addresses that are not public but may be called all the same: localhost:9000,10.1.0.0/16
    lease_seconds: int = 20  # Time after which a job of a process that died is taken over
    silence_seconds: int = 5  # With PostgreSQL: silence after which a process counts as dead, and its jobs are taken over at once
    grace_seconds: int = 20  # Time that running jobs get to finish when their process is stopped; then others take them over
    no_jobs: bool = False  # With PostgreSQL, yes: `serve` answers requests only and leaves jobs to workers
    cors_origins: str = "*"  # Origins whose pages may call the API from a browser: *, none, or a list (https://a.example,https://b.example)
    limits_url: str = ""  # A Redis or Valkey server that counts for the token limit. Default: the database, where several processes serve


def abouts() -> dict[str, str]:
    """What each setting is, from the comment beside it."""
    lines = inspect.getsource(Settings).splitlines()
    found = (re.match(r"    (\w+): \S+ = .*?  # (.+)", line) for line in lines)
    return {match[1]: match[2] for match in found if match}


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment. Raises SettingsError."""
    source = os.environ if environment is None else environment
    values: dict[str, object] = {}
    for field in fields(Settings):
        name = PREFIX + field.name.upper()
        text = source.get(name)
        if text is None or text == "":
            continue
        values[field.name] = _read(name, text, field.default)
    settings = Settings(**values)  # type: ignore[arg-type]
    files_kept_days(settings)
    owners_need_totp(settings)
    cors_origins(settings)
    if settings.readers_must_confine:
        _read_switch(f"{PREFIX}READERS_MUST_CONFINE", settings.readers_must_confine)
    trusted_proxies(settings)
    return settings


def files_kept_days(settings: Settings) -> int:
    """For how many days the file of a statement is kept after it was read. Raises SettingsError."""
    text = settings.statement_files_kept_days
    if not text:
        return _SANDBOX_FILE_DAYS if settings.sandbox_controls else 0
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise SettingsError(f"{PREFIX}STATEMENT_FILES_KEPT_DAYS={text!r} is not a whole number of days; 0 deletes a file once it was read")
    return int(text)


def owners_need_totp(settings: Settings) -> bool | None:
    """Whether owners must have an authenticator; None: once real data is stored. Raises SettingsError."""
    text = settings.owners_need_totp
    return _read_switch(f"{PREFIX}OWNERS_NEED_TOTP", text) if text else None


def cors_origins(settings: Settings) -> frozenset[str] | None:
    """The origins whose pages may call the API; None where any may. Raises SettingsError."""
    text = settings.cors_origins.strip()
    if text in {"*", "none"}:
        return None if text == "*" else frozenset()
    origins = [origin.strip() for origin in text.split(",")]
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            expected = "an origin as a browser sends it, such as https://app.example or http://localhost:3000, in lower case without a path"
            raise SettingsError(f"{PREFIX}CORS_ORIGINS: {origin!r} is not {expected}")
    return frozenset(origins)


def trusted_proxies(settings: Settings) -> tuple[Network, ...]:
    """The networks whose X-Forwarded-For is believed. Raises SettingsError."""
    try:
        return read_networks(settings.trusted_proxies)
    except ValueError as error:
        expected = "a network or an address, such as 10.0.0.0/8 or 127.0.0.1"
        raise SettingsError(f"{PREFIX}TRUSTED_PROXIES: {str(error)!r} is not {expected}") from None


def _read(name: str, text: str, default: object) -> object:
    if isinstance(default, Path):
        return Path(text)
    if isinstance(default, bool):
        return _read_switch(name, text)
    if not isinstance(default, int):
        return text
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise SettingsError(f"{name}={text!r} is not a whole number above zero (default {default})")
    return int(text)


def written(value: object) -> str:
    """A setting's value as its variable spells it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _read_switch(name: str, text: str) -> bool:
    if text.lower() not in ("yes", "no"):
        raise SettingsError(f"{name}={text!r} is neither yes nor no (default no)")
    return text.lower() == "yes"
