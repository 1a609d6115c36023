"""Names of shops and services as Australian statements print them."""
