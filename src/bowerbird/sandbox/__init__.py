"""The sandbox: clock, faults, limits, snapshots, forks, seeds, scenarios and inspector, with their own operations, pages and commands.

A server runs without this package too. Only `bowerbird.wiring` imports it.
"""
