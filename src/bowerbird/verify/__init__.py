"""The safety suite that a user runs against a throw-away copy of their own set-up: kills, walls between tenants, limits, the way back."""
