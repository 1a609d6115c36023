"""Akahu: a person's own accounts at New Zealand's banks, read with the two tokens of their personal app. The tokens read."""

from bowerbird.connectors.akahu.bank import Akahu

CONNECTOR = Akahu()
