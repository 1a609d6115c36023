"""Measures the quality bars, each against the baseline that stands beside it: `python -m bench`, or `make bench`."""
