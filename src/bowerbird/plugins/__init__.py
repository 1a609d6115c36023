"""Finding the leaves, and a guard between them and the rest."""
