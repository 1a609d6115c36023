"""Enable Banking: accounts at banks of Europe, read with an application of one's own; the person logs in at the bank's own pages."""

from bowerbird.connectors.enablebanking.bank import EnableBanking

CONNECTOR = EnableBanking()
