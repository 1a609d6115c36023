"""Errors that the operator can fix, in one line that says what to do next; wrong uses, with what can be written instead."""

from __future__ import annotations

from pathlib import Path

from typer._click.core import Command, Context, Parameter
from typer._click.exceptions import BadParameter, MissingParameter, NoSuchOption, UsageError
from typer._click.types import IntRange
from typer.core import TyperGroup

from bowerbird.console import CommandRefused, printable


def explain(error: Exception) -> str | None:
    """The line for an error that the operator can fix, None for an internal error."""
    from bowerbird.api.http.counting_server import CountingServerError
    from bowerbird.domain.access.applications import ClockTurned, UnknownProduct
    from bowerbird.logs import LogSettingError
    from bowerbird.named_files import NotAFile
    from bowerbird.plugins.bank_network import SettingsFileError
    from bowerbird.plugins.institutions import CatalogueError
    from bowerbird.plugins.registry import PluginError
    from bowerbird.settings import SettingsError
    from bowerbird.storage.backup.backups import BackupError
    from bowerbird.storage.backup.temporary import ThrowAwayError
    from bowerbird.storage.database.migrate import SchemaError
    from bowerbird.storage.database.row_security import GrantError
    from bowerbird.storage.files.disk import DiskFull
    from bowerbird.wiring.services import SetupError

    settings = (SettingsError, SettingsFileError, LogSettingError, CountingServerError)
    stored = (SchemaError, GrantError, BackupError, DiskFull, ThrowAwayError)
    mended = (CommandRefused, NotAFile, UnknownProduct, ClockTurned, CatalogueError, PluginError, SetupError, *stored, *settings)
    if isinstance(error, mended):
        return _one_line(str(error))
    if isinstance(error, OSError) and error.filename:
        place = printable(str(error.filename))
        if isinstance(error, FileExistsError | NotADirectoryError):
            return f"{place} is a file, where a folder is needed. Name a folder with --data."
        return f"{place}: {error.strerror}. Choose another folder with --data, or give this user the right to write there."
    if type(error).__module__.startswith("sqlalchemy.exc"):
        return _about_database(error)
    return _about_server(error)


def _about_server(error: Exception) -> str | None:
    """A server that a command is a client of does not answer, or refuses."""
    import httpx2

    from bowerbird.client import ApiError, NoAnswer, UnexpectedAnswer

    if isinstance(error, ApiError):
        return _one_line(f"the server refused: {error}")
    if isinstance(error, UnexpectedAnswer):
        return _one_line(f"what answers there is not Bowerbird, or another version of it ({error}). Name the server with --url.")
    if not isinstance(error, NoAnswer):
        return None
    if isinstance(error.__cause__, httpx2.UnsupportedProtocol | httpx2.InvalidURL | ValueError):
        return f"{error.url} is not an address: write it as http://127.0.0.1:8000"
    return f"no server answers at {error.url}. Start one in another terminal (make run), or name it with --url."


def _about_database(error: Exception) -> str | None:
    """The operator can fix only what no query can cause."""
    kind = type(error).__name__
    if kind in {"ArgumentError", "NoSuchModuleError"}:
        return "--database-url is not a database address. Write it as postgresql://USER:PASSWORD@HOST/NAME."
    if kind in {"OperationalError", "DatabaseError"}:
        reason = _one_line(str(getattr(error, "orig", "")) or kind)
        return f"the database cannot be used ({reason}). Check that it is there and that this user may write to it."
    return None


def _one_line(text: str) -> str:
    """A text that may hold what a server, a file or a connector of others says, as a terminal may show it."""
    return printable(" ".join(text.split()))


class AdvisingGroup(TyperGroup):
    """The outermost group: every wrong use below it passes here on its way to the terminal."""

    def invoke(self, ctx: Context) -> object:
        try:
            return super().invoke(ctx)
        except UsageError as error:
            error.message = _with_advice(error)
            raise


def _with_advice(error: UsageError) -> str:
    """The message with the choices there are; as it was where it says them by itself."""
    message, command = error.message.rstrip("."), error.ctx.command if error.ctx else None
    if isinstance(error, MissingParameter):
        return _described(error.param)
    if isinstance(error, BadParameter):
        return _corrected(error, message)
    if isinstance(command, TyperGroup) and message.startswith("No such command") and "Did you mean" not in message:
        return f"{message}. There are: {', '.join(sorted(name for name, each in command.commands.items() if not each.hidden))}"
    if isinstance(error, NoSuchOption) and not error.possibilities and command is not None:
        return f"{message}. There are: {', '.join([*_options(command), '--help'])}"
    if message.startswith("Got unexpected extra argument"):
        return f"{message}. A text of several words stands in quotes"
    return error.message


def _corrected(error: BadParameter, message: str) -> str:
    kind = error.param.type if error.param else None
    if isinstance(kind, IntRange):
        return f"write a whole number, {f'{kind.min} or more' if kind.max is None else f'from {kind.min} to {kind.max}'}"
    if message.endswith("does not exist"):
        return f"{message}: looked for it from {Path.cwd()}"
    return error.message


def _described(parameter: Parameter | None) -> str:
    """What belongs there: the option's or the argument's own help."""
    return str(getattr(parameter, "help", None) or "").partition("\n")[0]


def _options(command: Command) -> list[str]:
    return [option for parameter in command.params for option in parameter.opts[:1] if option.startswith("--")]
