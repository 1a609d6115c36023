"""Pages for the people whose data it is: consent, choosing a bank, connecting it, and everything afterwards."""
