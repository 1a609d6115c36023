"""Secrets at rest: master keys, the keys of users and applications, sealed values, rotation."""
