"""Where the text of the master keys comes from: a file, or the standard output of a command. The environment needs no reading."""

from __future__ import annotations

import os
import shlex
import subprocess  # noqa: TID251  (one command of the operator's, once at the start: how key stores are asked)
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bowerbird.named_files import read_text
from bowerbird.storage.vault.envelope import VaultError, new_key
from bowerbird.storage.vault.master_keys import read_keys

COMMAND_SECONDS = 30
_TEXT_LIMIT = 65_536


def source_of(text: str, file: str, command: str, own: Path | None) -> Callable[[], str]:
    """What reads the keys, from the one setting that is given, or else from the file Bowerbird keeps by itself. Raises VaultError."""
    settings = {"BOWERBIRD_MASTER_KEY": text, "BOWERBIRD_MASTER_KEY_FILE": file, "BOWERBIRD_MASTER_KEY_COMMAND": command}
    given = [name for name, value in settings.items() if value]
    if len(given) > 1:
        raise VaultError(f"the master key is given twice: keep one of {', '.join(given)}")
    if command:
        return of_command(command)
    if file or own:
        return of_file(own or Path(file))
    if not text:
        raise VaultError(f"a shared database needs one of {', '.join(settings)}: 64 hexadecimal digits, the same for every process")
    return lambda: _checked(text, given[0])


def create_key_file(path: Path) -> None:
    """The file beside an embedded database, made on first start and readable by its owner only. One that is there stays."""
    if not path.exists():
        write_keys(path, [new_key()], replace=False)


def of_file(path: Path) -> Callable[[], str]:
    """Keys of a file."""

    def read() -> str:
        try:
            return _checked(read_text(path, "ascii", "replace"), str(path))
        except OSError as error:
            raise VaultError(f"the master key file {path} cannot be read: {error.strerror}") from error

    return read


def of_command(command: str) -> Callable[[], str]:
    """Keys that a command prints. It gets no input and no shell, and half a minute; what it printed is never shown."""

    def read() -> str:
        try:
            done = subprocess.run(  # noqa: S603  (the operator's own command, split as a shell would, but given to none)
                shlex.split(command), stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_SECONDS, check=False
            )
        except (OSError, ValueError) as error:
            raise VaultError(f"the command for the master key cannot be started: {type(error).__name__}") from error
        except subprocess.TimeoutExpired as error:
            raise VaultError(f"the command for the master key did not end within {COMMAND_SECONDS} seconds") from error
        if done.returncode != 0:
            raise VaultError(f"the command for the master key ended with status {done.returncode}: run it by hand to see why")
        return _checked(done.stdout[:_TEXT_LIMIT].decode("ascii", "replace"), "the output of the command for the master key")

    return read


def _checked(text: str, name: str) -> str:
    try:
        read_keys(text)
    except VaultError as error:
        raise VaultError(f"{name} holds no master key: {error}") from error
    return text


def write_keys(path: Path, keys: list[bytes], *, replace: bool) -> None:
    """Put keys into a file, one a line, whole or not at all. Without `replace` a file that is there wins."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write("".join(f"{key.hex()}\n" for key in keys))
            file.flush()
            os.fsync(file.fileno())
        if replace:
            beside.replace(path)
        else:
            with suppress(FileExistsError):
                path.hardlink_to(beside)
    finally:
        beside.unlink(missing_ok=True)
