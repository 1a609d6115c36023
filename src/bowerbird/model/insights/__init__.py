"""What the rest of the program names of insights."""
