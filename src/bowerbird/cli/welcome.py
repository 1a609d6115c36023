"""What `bowerbird serve` prints once it answers."""

from __future__ import annotations

from dataclasses import dataclass

import typer

from bowerbird import __version__
from bowerbird.cli.options import place, program
from bowerbird.console import DEFAULT_URL
from bowerbird.settings import Settings

_TOKEN = (
    """TOKEN=$(curl -s {url}/token -H "Authorization: Basic $KEY" -H "basiq-version: 3.0" -d scope=SERVER_ACCESS"""
    """ | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')"""
)
_USER = """curl -s {url}/users -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d '{{"email": "gavin@hooli.com"}}'"""


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """What to print: `key` only on the first start, `application_id` empty where no application exists, `closed` why the sandbox's
    controls are closed, where they are.

    `link` is the secret of a one-time link to the dashboard, empty once an operator has a password.
    """

    url: str
    settings: Settings
    application_id: str
    key: str
    link: str
    closed: str = ""


def print_welcome(opening: FirstSteps) -> None:
    """The key is printed here once and nowhere else: not in a log, not in the database."""
    _say("")
    typer.secho(f"Bowerbird {__version__} is ready at {opening.url}", bold=True)
    _say("")
    _say(f"  Dashboard                {opening.url}/dashboard{f'/link/{opening.link}' if opening.link else ''}")
    if opening.link:
        _say("                           works once: choose your password there")
    _say(f"  API reference            {opening.url}/docs")
    _say(f"  Description of the API   {opening.url}/openapi.json")
    _say(f"  Data                     {'a shared database' if opening.settings.database_url else opening.settings.data}")
    if opening.settings.sandbox_controls:
        _say(f"  Sandbox controls         {opening.closed or f'{opening.url}/_bowerbird/codes, until real data is stored'}")
    if opening.key:
        _first_steps(opening)
    elif opening.application_id:
        _say(f"  Another API key          {program()} key create {opening.application_id} {place(opening.settings)}")
    else:
        _say(f"  First API key            {program()} app create NAME {place(opening.settings)}")
    _say("")
    _say("Ctrl-C stops the server.")


def _first_steps(opening: FirstSteps) -> None:
    _say("  Application              Sandbox: test banks only")
    _say("")
    _say("Its API key is shown this once, since only a hash of it is stored:")
    _say("")
    typer.secho(f"  KEY={opening.key}", fg="green", bold=True)
    _say("")
    _say("Paste that line, then these two: they fetch a token and create a user.")
    _say("")
    _say("  " + _TOKEN.format(url=opening.url))
    _say("  " + _USER.format(url=opening.url))
    _say("")
    _say(f"Another key:     {program()} key create {opening.application_id} {place(opening.settings)}")
    _say(f"The whole tour:  {program()} demo{_tour(opening)}")


def _tour(opening: FirstSteps) -> str:
    """The demo's options, where it would not find this server by its defaults."""
    url = "" if opening.url == DEFAULT_URL else f" --url {opening.url}"
    return url + ("" if opening.settings.data == Settings().data else f" {place(opening.settings)}")


def _say(text: str) -> None:
    typer.echo(text)
