"""Operators: sign-in, passwords, the server's health."""
