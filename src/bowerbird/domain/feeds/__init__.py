"""Data out: a user's accounts and posted transactions as files that other programs read.

`export` reads what the user agreed to share; each format is a module of its own that writes the values of `exported` and reads nothing.
"""
