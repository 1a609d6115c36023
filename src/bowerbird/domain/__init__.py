"""What Bowerbird does: one noun a module, one verb a function. Knows storage and connectors, no web framework."""
