"""Printed statements as banks of nine countries lay them out, made by code."""
