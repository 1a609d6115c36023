"""Basiq: the accounts of one of an application's users at Basiq, read with the application's own API key."""

from bowerbird.connectors.basiq.bank import Basiq

CONNECTOR = Basiq()
