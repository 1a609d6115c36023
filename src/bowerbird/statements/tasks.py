"""What reading processes are asked to do, by name."""

from __future__ import annotations

from bowerbird.statements.alteration.signs import Examination
from bowerbird.statements.readers.pool import Task

EXAMINE = Task("examine", "bowerbird.statements.alteration.examination:examiner", Examination)
"""A PDF's bytes to its signs of alteration. It refuses what cannot be opened, and nothing for a sign."""
