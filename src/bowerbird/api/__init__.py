"""HTTP in and out: the URL map, one module a noun, and the envelope of every refusal."""
