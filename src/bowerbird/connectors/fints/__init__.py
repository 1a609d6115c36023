"""FinTS: accounts at a German bank, read with user name and PIN of its online banking; a TAN or the bank's app confirms the login."""

from bowerbird.connectors.fints.bank import FinTs

CONNECTOR = FinTs()
