"""What movements mean, for those who ask: enrichment of a text."""
