"""Enriches what waits in a process that is there to be killed. Prints a line once it begins."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from bowerbird.background.enricher import enrich_some
from bowerbird.plugins.packs import rules_version
from bowerbird.settings import read_settings
from bowerbird.wiring.services import open_services


def main() -> None:
    services = open_services(replace(read_settings(), data=Path(sys.argv[1])))
    rules_version()
    sys.stdout.write("begins\n")
    sys.stdout.flush()
    while enrich_some(services, 100) is not None:
        pass
    services.close()


if __name__ == "__main__":
    main()
