"""The API reference, made from the API's description: open to anyone, with a key in the examples for an operator."""
