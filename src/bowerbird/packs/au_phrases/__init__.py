"""Phrases that decide with the direction of the money and the class of the account."""
