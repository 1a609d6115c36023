"""Starling: a person's own accounts at Starling Bank (United Kingdom), read with their personal access token."""

from bowerbird.connectors.starling.bank import Starling

CONNECTOR = Starling()
