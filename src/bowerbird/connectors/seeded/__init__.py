"""The seeded bank: it shows each customer the story that a seed file tells of them, as far as the clock has come.

It remembers nothing: the story comes with the login, sealed like every other part of it.
"""

from bowerbird.connectors.seeded.bank import SeededBank

CONNECTOR = SeededBank()
