"""`bowerbird connector list`, `check`, `new` and `register`."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from bowerbird.console import CommandRefused, Json, print_columns, printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.metadata import EntryPoint

    from bowerbird.cli.connectors.watched import Began
    from bowerbird.sdk.connector import Connector, Registration
    from bowerbird.settings import Settings

_UNKNOWN = "no institution has the id"

app = typer.Typer(help="Connectors: what is installed, whether one keeps the rules, and a new one.", no_args_is_help=True)


class ConnectorState(msgspec.Struct, rename="camel"):
    """A connector as `list` shows it: `state` is ready or broken, `detail` says why."""

    id: str
    state: str
    institutions: list[str]
    hosts: list[str]
    tier: str
    settings: list[str]
    detail: str = ""


@app.command("list")
def list_connectors(as_json: Json = False) -> None:
    """List the connectors of this installation, with the banks they read and the hosts they ask; broken ones say why."""
    from bowerbird.cli.options import settings_from
    from bowerbird.plugins import institutions
    from bowerbird.plugins.bank_network import read_connector_settings
    from bowerbird.plugins.guard import upstream_of
    from bowerbird.plugins.registry import LeafKind
    from bowerbird.sdk.connector import ANY_PUBLIC_HOST
    from bowerbird.wiring.services import open_plugins

    settings = settings_from(None, None)
    plugins, own = open_plugins(settings), read_connector_settings(settings.connectors)
    catalogue = institutions.load(Path(settings.institutions) if settings.institutions else None)
    states = []
    for leaf in plugins.leaves:
        if leaf.kind is not LeafKind.CONNECTOR:
            continue
        upstream = upstream_of(plugins.connectors[leaf.institutions[0]])
        hosts = [] if upstream is None else ["any public host"] if upstream.hosts is ANY_PUBLIC_HOST else sorted(upstream.hosts)
        banks = [(origin, catalogue.known_as(origin)) for origin in leaf.institutions]
        unknown = [origin for origin, bank in banks if bank is None]
        detail = f"{_UNKNOWN} {', '.join(unknown)}: name it in its institutions.toml" if unknown else ""
        names = [bank.name if bank else origin for origin, bank in banks]
        keys = sorted(own.get(upstream.name, ())) if upstream else []
        states.append(ConnectorState(leaf.id, "broken" if unknown else "ready", names, hosts, leaf.tier.value, keys, detail))
    states += [ConnectorState(leaf.name, "broken", [], [], "", [], leaf.why) for leaf in plugins.broken]
    if as_json:
        typer.echo(json.dumps([msgspec.to_builtins(state) for state in states], indent=2))
        return
    rows = [(each.id, each.state, ", ".join(each.institutions), ", ".join(each.hosts) or "–", each.tier, each.detail) for each in states]
    print_columns(("CONNECTOR", "STATE", "INSTITUTIONS", "ASKS", "TIER", "WHY"), rows)


@app.command("check")
def check(
    package: Annotated[
        str, typer.Argument(metavar="PACKAGE", help="The connector's name, or that of its package: wattle, bowerbird-wattle.")
    ],
    as_json: Json = False,
) -> None:
    """Try a connector on the samples of its folder: what a login shows, and 35 faults of the bank at each of its requests.

    Ends with status 1 where it breaks a rule; a connector that does not answer within BOWERBIRD_STEP_SECONDS breaks one.
    """
    from bowerbird.cli.connectors.watched import problems_within
    from bowerbird.logs import log_to_standard_error
    from bowerbird.settings import read_settings

    seconds = read_settings().step_seconds
    log_to_standard_error("error", "text")
    with redirect_stdout(sys.stderr):  # where the connector prints, a report in JSON stays one
        problems = list(problems_within(seconds, module_of(package), partial(_found, package)))
    if as_json:
        typer.echo(json.dumps({"package": package, "problems": problems}, indent=2))
    else:
        for problem in problems:
            typer.echo(f"✗ {printable(problem)}")
        typer.secho(f"{package} breaks {len(problems)} rules" if problems else f"{package} keeps every rule", bold=True)
    if problems:
        raise typer.Exit(1)


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Small letters, digits and _, such as wattle_bank.")],
    into: Annotated[Path, typer.Option(metavar="DIR", help="Where its folder goes.")] = Path(),
    as_json: Json = False,
) -> None:
    """Begin a connector as a package of its own, which works as it is: a token, accounts, and transactions in pages."""
    from bowerbird.cli.connectors.scaffold import create_package

    folder, files = create_package(name, into)
    if as_json:
        typer.echo(json.dumps({"folder": str(folder), "package": f"bowerbird_{name}", "files": files}, indent=2))
        return
    typer.echo("\n".join([f"{folder}:", *(f"  {file}" for file in files)]))
    typer.echo(f'\nNext, in the environment of bowerbird:\n  pip install -e "{folder}[test]"')
    typer.echo(f"  bowerbird connector check {name}")


@app.command("register")
def register(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The connector's table in the settings, such as cdr or cdr.AU95010.")],
    statement: Annotated[Path | None, typer.Option(metavar="FILE", help="What the register says of your program (its SSA).")] = None,
    action: Annotated[str, typer.Option(metavar="ACTION", help="create, update or delete.")] = "create",
    yes: Annotated[bool, typer.Option("--yes", help="Delete without asking.")] = False,
) -> None:
    """Register your program with the bank of a connector's settings, change what is registered, or delete it.

    Prints the settings that come of it, for the file that BOWERBIRD_CONNECTORS names.
    """
    from bowerbird.cli.options import settings_from
    from bowerbird.named_files import read_text
    from bowerbird.sdk.connector import Registration, RegistrationAction

    if action not in list(RegistrationAction):
        raise CommandRefused(f"{action} is none of {', '.join(RegistrationAction)}")
    if statement is None and action != RegistrationAction.DELETE:
        raise CommandRefused("name the file with what the register says of your program: --statement FILE")
    settings = settings_from(None, None)
    if not settings.public_url:
        raise CommandRefused("set BOWERBIRD_PUBLIC_URL first: the bank sends people back there")
    try:
        text = read_text(statement, "ascii").strip() if statement else ""
    except (OSError, UnicodeDecodeError) as error:
        raise CommandRefused(f"{statement} cannot be read ({error})") from None
    asked = Registration(RegistrationAction(action), text, f"{settings.public_url.rstrip('/')}/home/return")
    found = _register_at_bank(name, asked, settings, ask=not yes)
    typer.echo("\n".join(f"{key} = {_toml_text(value)}" for key, value in found.items()) or "The registration is deleted.")


def _toml_text(text: str) -> str:
    """A text of a bank as a value of a TOML file: it reads back as the same text, and moves no terminal's cursor."""
    escaped = {'"': '\\"', "\\": "\\\\"}
    return '"' + "".join(escaped.get(char) or (char if char.isprintable() else f"\\U{ord(char):08X}") for char in text) + '"'


def _confirm_deletion(name: str) -> None:
    """A person at a terminal confirms. Raises typer.Abort, and CommandRefused without a terminal."""
    what = f"This deletes the registration of [{name}] at its bank: without one nothing is read there."
    if not sys.stdin.isatty():
        raise CommandRefused(f"{what} Say --yes if that is meant")
    typer.confirm(f"{what} Continue?", abort=True, err=True)


def _register_at_bank(name: str, asked: Registration, settings: Settings, *, ask: bool) -> dict[str, str]:
    """What the bank answers, as settings of the connector. Raises CommandRefused."""
    from bowerbird.model.clock import SystemClock
    from bowerbird.outbound.addresses import AllowList
    from bowerbird.plugins.guard import ConnectorTimeout, upstream_of
    from bowerbird.sdk.connector import ConnectorContext, RegistersAtBank, RegistrationAction
    from bowerbird.sdk.failures import Failure, Unavailable
    from bowerbird.wiring.services import open_guard, open_plugins

    plugins = open_plugins(settings)
    connectors = {upstream.name: each for each in plugins.connectors.values() if (upstream := upstream_of(each)) is not None}
    connector = connectors.get(name)
    if connector is None or not isinstance(connector, RegistersAtBank):
        able = sorted(known for known, each in connectors.items() if isinstance(each, RegistersAtBank))
        raise CommandRefused(f"{name} registers with no bank; connectors that do: {', '.join(able)}")
    guard = open_guard(settings, AllowList.read(settings.outbound_allow), [connector])
    own = guard.network.settings.get(name, {})
    if missing := [need for need in connector.registers_with if not own.get(need)]:
        raise CommandRefused(f"the table [{name}] of the file that BOWERBIRD_CONNECTORS names lacks {', '.join(missing)}")
    try:
        if ask and asked.action is RegistrationAction.DELETE:
            _confirm_deletion(name)
        return guard.register(connector, asked, ConnectorContext(SystemClock().now(), 0, 0))
    except (ConnectorTimeout, Unavailable) as error:
        what = "it may have done so, or not: ask the bank before you run this again"
        raise CommandRefused(f"{name} did not say whether it could {asked.action} the registration ({error}); {what}") from None
    except Failure as error:
        raise CommandRefused(f"{name} registers nothing: {error}") from None
    finally:
        guard.network.close()
        guard.pool.shutdown(wait=False)


def _found(package: str, began: Began) -> Iterator[str]:
    """The problems of a connector by its name. Raises CommandRefused."""
    began(f"{package} is imported")
    return _problems(*_loaded(package), began)


def module_of(package: str) -> str:
    """The module of a connector by a name that a person gives it."""
    from importlib.metadata import entry_points
    from importlib.util import find_spec

    from bowerbird.plugins.registry import CONNECTOR_GROUP

    installed = {name: point.value for point in entry_points(group=CONNECTOR_GROUP) for name in _names_of(point)}
    own = f"bowerbird.connectors.{package}"
    return installed.get(package) or (own if package.isidentifier() and find_spec(own) else package)


def _loaded(package: str) -> tuple[Connector, Path]:
    """A connector and the folder of its package. Raises CommandRefused."""
    import importlib
    from importlib.util import find_spec

    module_name = module_of(package)
    try:
        module = importlib.import_module(module_name) if find_spec(module_name) else None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  (a connector of others may raise anything)
        raise CommandRefused(f"{package} cannot be imported: {_sentence(error, module_name)}") from None
    if module is None:
        raise CommandRefused(f"{package} is not installed: install it first, with pip install -e FOLDER")
    if not hasattr(module, "CONNECTOR"):
        raise CommandRefused(f"{package} exports no CONNECTOR: add `CONNECTOR = …` to {module_name}")
    connector: Connector = module.CONNECTOR
    return connector, Path(str(module.__file__)).parent


def _sentence(error: BaseException, module_name: str) -> str:
    """What an exception says, and the line of the connector that it comes from."""
    import traceback

    package = module_name.partition(".")[0]
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if package in Path(frame.filename).with_suffix("").parts]
    where = f" ({Path(own[-1].filename).name}, line {own[-1].lineno})" if own else ""  # a SyntaxError says it itself
    return f"{type(error).__name__}: {error}{where}"


def _institution_problems(connector: Connector, folder: Path) -> Iterator[str]:
    """What `list` and the log of a server's start would say of the connector's institutions."""
    from bowerbird.plugins import institutions
    from bowerbird.settings import read_settings

    own = read_settings().institutions
    try:
        brought = institutions.load_with(folder / "institutions.toml")
        catalogue = institutions.load(Path(own) if own else None)
    except institutions.CatalogueError as error:
        yield str(error)
        return
    for origin in sorted(connector.institutions):
        if brought.known_as(origin) is None and catalogue.known_as(origin) is None:
            yield f"{_UNKNOWN} {origin}: name it in the connector's institutions.toml"


def _unheard(_what: str) -> None:
    """Who tries a connector in their own process needs no word of what is tried."""


def _names_of(point: EntryPoint) -> list[str]:
    """What a person calls an installed connector: its own name, that of its package, with - or _."""
    package = point.dist.name if point.dist else point.name
    return [point.name, package, package.replace("-", "_"), package.replace("_", "-")]


def _problems(connector: Connector, folder: Path, began: Began = _unheard) -> Iterator[str]:
    from bowerbird.sdk.connector_checks import declared_problems, fault_problems, read_sample_login, redirect_problems, sample_problems

    began(folder.name)
    if declared := list(declared_problems(connector, folder.name)):
        yield from declared
        return
    yield from _institution_problems(connector, folder)
    samples = sorted((folder / "tests" / "samples").glob("*/*.login.json"))
    if not samples:
        yield f"{folder / 'tests' / 'samples' / 'synthetic'} holds no NAME.login.json: without a sample nothing is tried"
    for sample in samples:
        try:
            login = read_sample_login(sample)
            wanted = json.loads((sample.parent / f"{sample.name.partition('.')[0]}.json").read_text("utf-8"))
        except (OSError, ValueError, RecursionError, msgspec.MsgspecError) as error:
            yield f"{sample.name}: cannot be read ({error})"
            continue
        trying = partial(_try_at, began, sample.name)
        trying("a login")
        faults = fault_problems(connector, login, trying)
        found = chain(sample_problems(connector, login, wanted), redirect_problems(connector, login), faults)
        for problem in _until_it_raises(found, folder.name):
            yield f"{sample.name}: {problem.replace(login.password, '***') if login.password else problem}"


def _try_at(began: Began, sample: str, what: str) -> None:
    began(f"{sample}: {what}")


def _until_it_raises(found: Iterator[str], module_name: str) -> Iterator[str]:
    """The problems, and the last of them what a connector raises: a SystemExit would end the command as if all were well."""
    try:
        yield from found
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  (a connector of others may raise anything)
        yield _sentence(error, module_name)
