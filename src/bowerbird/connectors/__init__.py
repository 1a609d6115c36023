"""Leaves: one folder a bank or protocol. Found by the registry, imported from nowhere."""
