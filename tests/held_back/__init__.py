"""Files made by code, first scored before any repair: the first score is in the guides, later ones keep what was reached."""
