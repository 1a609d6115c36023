"""What the pages of figures have in common, an operator's and the person's own."""
