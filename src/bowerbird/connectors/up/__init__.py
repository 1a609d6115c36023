"""Up: a person's own accounts at Up (Australia), read with their personal access token. The token only reads."""

from bowerbird.connectors.up.bank import Up

CONNECTOR = Up()
