"""Frozen value types: what a bank account, a transaction, a connection and a job are, without database or web."""
