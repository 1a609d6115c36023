"""Banks of the world outside, written from their published specifications, and what the server reads of them."""
