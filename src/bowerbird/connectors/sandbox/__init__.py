"""The sandbox bank: institutions that exist only here, made-up customers, and money that adds up.

Everything is generated from the server's sandbox seed, the institution, the persona and the date, and from nothing else. The
same date gives the same books; a later date adds to them. `personas/` says who lives here, `books.py` how their months are played.
"""

from bowerbird.connectors.sandbox.bank import SandboxBank

CONNECTOR = SandboxBank()
