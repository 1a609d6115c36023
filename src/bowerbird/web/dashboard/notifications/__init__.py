"""Pages about events, webhooks and messages."""
