"""A second set of text files, written after the reader had been repaired against the first."""
