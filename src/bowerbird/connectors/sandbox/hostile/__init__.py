"""Hostile banks: what real banks do to those who read them, put over the truthful story of a sandbox bank.

Every trouble is a pure function of its seed, the day and how many jobs came before, so that it can be had again. `listings.py`
holds those that change what is shown, `delivery.py` those that change how it arrives.
"""

from bowerbird.connectors.sandbox.hostile.scenarios import SCENARIOS, distort, knock, shown

__all__ = ["SCENARIOS", "distort", "knock", "shown"]
