"""What is stored of feeds, which people's own programs read."""
