"""The safety suite that a user runs against a throw-away copy of their own set-up: kills, isolation of tenants, limits, restore."""
