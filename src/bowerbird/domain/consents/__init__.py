"""Consents, policies, auth links and the sessions of people on the consent pages."""
