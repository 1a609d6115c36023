"""Errors that the operator can fix, in one line that says what to do next."""

from __future__ import annotations

from bowerbird.console import CommandRefused


def explain(error: Exception) -> str | None:
    """The line for an error that the operator can fix, None for an internal error."""
    from bowerbird.api.http.counting_server import CountingServerError
    from bowerbird.domain.access.applications import ClockTurned, UnknownProduct
    from bowerbird.logs import LogSettingError
    from bowerbird.plugins.bank_network import SettingsFileError
    from bowerbird.plugins.institutions import CatalogueError
    from bowerbird.plugins.registry import PluginError
    from bowerbird.settings import SettingsError
    from bowerbird.storage.backup.backups import BackupError
    from bowerbird.storage.backup.temporary import ThrowAwayError
    from bowerbird.storage.database.migrate import SchemaError
    from bowerbird.storage.database.row_security import GrantError
    from bowerbird.wiring.services import SetupError

    settings = (SettingsError, SettingsFileError, LogSettingError, CountingServerError)
    stored = (SchemaError, GrantError, BackupError, ThrowAwayError)
    mended = (CommandRefused, UnknownProduct, ClockTurned, CatalogueError, PluginError, SetupError, *stored, *settings)
    if isinstance(error, mended):
        return _one_line(str(error))
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}. Choose another folder with --data, or give this user the right to write there."
    if type(error).__module__.startswith("sqlalchemy.exc"):
        return _about_database(error)
    return _about_server(error)


def _about_server(error: Exception) -> str | None:
    """A server that a command is a client of does not answer, or refuses."""
    import httpx2

    from bowerbird.client import ApiError, NoAnswer

    if isinstance(error, ApiError):
        return f"the server refused: {error}"
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
    return " ".join(text.split())
