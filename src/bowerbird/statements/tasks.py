"""What reading processes are asked to do, by name: the server asks, and neither parses a file nor loads a PDF library for it."""

from __future__ import annotations

from bowerbird.statements.alteration.signs import Examination
from bowerbird.statements.confined.pool import Task
from bowerbird.statements.file_line import FileLine

EXAMINE = Task("examine", "bowerbird.statements.alteration.examination:examiner", Examination)
"""A PDF's bytes to its signs of alteration. It refuses what cannot be opened, and nothing for a sign."""

PICTURE = Task("picture", "bowerbird.statements.pdf.page_picture:painter", bytes)
"""A PDF's bytes and `page`, 1 the first, to a PNG of that page."""

LINES = Task("lines", "bowerbird.statements.export_task:liner", list[FileLine])
"""A file of text, its `kind`, and the numbers of the `first` and `last` line, to those lines."""
