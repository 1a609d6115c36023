"""The reference of the API, read from its own description: for everybody, with a key filled in for an operator."""
