"""Shops, billers and lenders that exist only at the sandbox's banks, with the places where they are."""
