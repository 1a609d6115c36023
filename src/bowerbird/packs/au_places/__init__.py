"""Names of places, which explain what stands beside a shop's name."""
