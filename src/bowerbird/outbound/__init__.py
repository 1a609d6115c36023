"""The only way out: HTTP to other people's addresses, with time limits, an address guard and nothing of a URL in the log."""
