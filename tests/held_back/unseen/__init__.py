"""Prints made by other hands after the reader's code was committed: 44 kinds, 264 prints, every name and figure made up."""
