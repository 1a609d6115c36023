"""Pages of uploaded statements, and of the products and layouts that are unknown."""
