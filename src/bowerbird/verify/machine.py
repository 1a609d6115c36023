"""What a fresh start leaves on the machine, and that a sandbox closes for good once it holds real people's data."""

from __future__ import annotations

import os
from pathlib import Path

from bowerbird.client import Bowerbird
from bowerbird.domain.access.applications import NewKey, create_application
from bowerbird.domain.access.tenant import NO_APPLICATION
from bowerbird.domain.services import Session
from bowerbird.settings import Settings
from bowerbird.verify.asking import ask, ask_with_token
from bowerbird.verify.report import NotRun, expect
from bowerbird.verify.served import EMAIL, Served
from bowerbird.verify.setup import SetUp, sandbox_serving
from bowerbird.wiring.extension import find_sandbox
from bowerbird.wiring.services import open_services

_FOR_OTHERS = 0o077
_CONTROLS = ("clock", "faults", "limits", "snapshots", "forks", "reset", "banks")


def check_files(served: Served) -> str:
    """A first start where everybody may read everything: what it makes is its owner's alone, and so is what the server keeps."""
    folder = served.copy.folder.parent / "first" / "start"
    folder.parent.mkdir()
    before = os.umask(0)
    try:
        open_services(Settings(data=folder)).close()
    finally:
        os.umask(before)
    made = [folder, *folder.rglob("*")]
    expect(len(made) > 2, "a first start makes no database and no key")
    wide = [f"{path.name} ({path.stat().st_mode & 0o777:o})" for path in made if path.stat().st_mode & _FOR_OTHERS]
    expect(not wide, f"others may read {', '.join(wide)}")
    limits = Path(f"/proc/{served.server.pid}/limits")
    if limits.exists():
        (line,) = [line for line in limits.read_text("ascii").splitlines() if line.startswith("Max core file size")]
        expect(line.split()[4:6] == ["0", "0"], "a server that crashes writes what it held in memory to a core dump")
    return f"{len(made)} files and folders of a first start: 0 that others may read; core dumps are off"


def check_real_data(copy: SetUp) -> str:
    """A sandbox with its controls: open while it holds made-up people only, closed for good after the first real one."""
    if find_sandbox() is None:
        raise NotRun("this installation has no sandbox, so nothing has to be closed")
    folder = copy.folder.parent / "sandbox"
    folder.mkdir(mode=0o700)
    with sandbox_serving(folder) as server:
        services = open_services(Settings(data=folder, sandbox_controls=True), create=False)
        admin = (folder / "admin.token").read_text("ascii").strip()
        headers = {"Authorization": f"Bearer {admin}"}
        try:
            expect(ask(server.url, "GET", "/_bowerbird/clock", headers).status == 200, "the controls of a new sandbox are closed")
            made = services.write_now(_create_real, tenant=NO_APPLICATION)
        finally:
            services.close()
        with Bowerbird(server.url, made.secret) as real:
            real.create_user(email=EMAIL)
        for name in _CONTROLS:
            answer = ask_with_token(server.url, "POST", f"/_bowerbird/{name}", admin, b"{}")
            expect(answer.status == 404, f"POST /_bowerbird/{name} is answered with {answer.status} beside real data")
    return f"{len(_CONTROLS)} controls of the sandbox beside real data: 0 open"


def _create_real(session: Session) -> NewKey:
    return create_application(session, "Verify, real", production=True, products="all")
