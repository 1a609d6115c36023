"""Printed statements as banks of ten countries lay them out, made by code."""
