"""What only a sandbox has: faults, clock, limits, snapshots, seeds, scenarios of its banks, request inspector."""
