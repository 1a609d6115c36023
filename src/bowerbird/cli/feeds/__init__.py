"""Feeds: what lets a person's own program read their accounts."""
