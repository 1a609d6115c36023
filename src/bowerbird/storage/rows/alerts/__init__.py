"""Alerts of applications, and the notices of them that are sent."""
