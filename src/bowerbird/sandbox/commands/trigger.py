"""`bowerbird codes trigger`: provoke a response code on a running sandbox, and show how."""

from __future__ import annotations

import json
from typing import Annotated, Any

import msgspec
import typer

from bowerbird.console import DEFAULT_URL, CommandRefused, Json
from bowerbird.sandbox.commands.controls import AdminToken, Url, controls

_LONGEST = 400


class ShownExchange(msgspec.Struct):
    """A request and its response without secrets. `expected` marks the response that the code is about."""

    request: dict[str, Any]
    status: int
    answer: Any
    expected: bool


def trigger(
    code: Annotated[str, typer.Argument(metavar="CODE[/VARIANT]", help="As `bowerbird codes` lists them.")],
    url: Url = DEFAULT_URL,
    admin_token: AdminToken = "",
    as_json: Json = False,
) -> None:
    """Run the recipe of a response code against a running sandbox, in an application of its own, and show the exchange."""
    from bowerbird.outbound.own_server import own_server
    from bowerbird.sandbox.scenarios.runner import NotAsExpected, ScenarioRunner, redacted

    with controls(url, admin_token) as server, own_server(url) as http:
        scenario = _scenario({entry["id"]: entry for entry in server.list_codes()["data"]}, code)
        key = server.create_application(name="Recipes").api_key
        exchanges: list[ShownExchange] = []
        try:
            for step in ScenarioRunner(http, key, admin_token).run(scenario):
                exchanges.append(ShownExchange(redacted(step.request), step.status, redacted(step.answer), step.expected))
                if not as_json:
                    _print(exchanges[-1])
        except NotAsExpected as error:
            raise CommandRefused(f"{code} was not provoked: {error}") from error
    if as_json:
        typer.echo(json.dumps({"code": code, "exchanges": msgspec.to_builtins(exchanges)}, indent=2))


def _scenario(scenarios: dict[str, Any], code: str) -> Any:
    entry = scenarios.get(code)
    if entry is None:
        variants = [key for key in scenarios if key.startswith(f"{code}/")]
        hint = f"name one of {', '.join(variants)}" if variants else "bowerbird codes lists them"
        raise CommandRefused(f"there is no response code {code}: {hint}")
    if entry["recipe"] is None:
        raise CommandRefused(f"{code} has no recipe: this version does not say it yet")
    return entry["recipe"]


def _print(exchange: ShownExchange) -> None:
    request = exchange.request
    typer.secho(f"> {request.get('method', 'raw')} {request.get('path', request.get('raw', '').strip())}", fg="cyan")
    for part in ("headers", "form", "json", "text", "multipart"):
        if request.get(part):
            typer.echo(f">   {part}: {json.dumps(request[part], ensure_ascii=False)[:_LONGEST]}")
    typer.secho(f"< {exchange.status}", fg="yellow" if exchange.expected else None, bold=exchange.expected)
    body = json.dumps(exchange.answer, indent=2 if exchange.expected else None, ensure_ascii=False)
    typer.echo(body if exchange.expected else f"<   {body[:_LONGEST]}")
    typer.echo("")
