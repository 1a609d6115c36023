"""Backups and whole copies of a database."""
