"""Connections of users to institutions."""
