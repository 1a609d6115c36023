"""The seeded bank: it shows each customer the accounts and transactions that a seed file gives them, up to the time of the clock.

It remembers nothing: the story comes with the login, sealed like every other part of it.
"""

from bowerbird.connectors.seeded.bank import SeededBank

CONNECTOR = SeededBank()
