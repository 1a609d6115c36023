"""From the bytes of a statement to proven accounts and transactions."""
