"""The admin token: the secret of the server's operator, for what belongs to no application."""

from __future__ import annotations

import os
from pathlib import Path

from bowerbird.model.secrets import hash_of, is_same, new_secret
from bowerbird.named_files import read_text


class AdminToken:
    """Checks the token of a request. Only a hash of the secret is kept in memory; without a secret every request is refused."""

    def __init__(self, secret: str = "") -> None:
        self._hash = hash_of(secret) if secret else None

    def admits(self, authorization: str | None) -> bool:
        """Whether an Authorization header is "Bearer" with the token. Takes as long for a wrong one as for the right one."""
        if self._hash is None or not authorization or authorization[:7].lower() != "bearer ":
            return False
        return self.matches(authorization[7:].strip())

    def matches(self, secret: str) -> bool:
        return self._hash is not None and is_same(hash_of(secret), self._hash)


def load_or_create_admin_token(path: Path) -> str:
    """The token in a file that its owner alone can read, made on first start. Two processes that start at once agree on one."""
    made = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        return read_text(path).strip()
    except FileNotFoundError:
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(new_secret() + "\n")
    try:
        os.link(made, path)  # whole or not at all, and never over one that is there
    except FileExistsError:
        pass
    finally:
        made.unlink()
    return read_text(path).strip()
