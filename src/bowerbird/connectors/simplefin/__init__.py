"""SimpleFIN: the accounts that a person shares through a SimpleFIN server such as the SimpleFIN Bridge, by a setup token."""

from bowerbird.connectors.simplefin.bridge import SimpleFin

CONNECTOR = SimpleFin()
