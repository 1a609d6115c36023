"""Commands for a running sandbox."""
