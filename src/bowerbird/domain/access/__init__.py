"""Who calls: applications, API keys, tokens, tenants, idempotency keys."""
