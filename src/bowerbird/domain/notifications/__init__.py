"""Events, webhooks, messages and their delivery."""
