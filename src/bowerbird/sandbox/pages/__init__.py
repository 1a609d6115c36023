"""The sandbox's controls as pages: clock, faults, banks, limits, snapshots. The same domain functions as under /_bowerbird."""
