"""The Consumer Data Right of Australia: accounts at a data holder, read as an accredited recipient."""

from bowerbird.connectors.cdr.bank import ConsumerDataRight

CONNECTOR = ConsumerDataRight()
