"""Who lives at the sandbox bank, by login id."""

from bowerbird.connectors.sandbox.persona import Persona, Refused
from bowerbird.connectors.sandbox.personas.gavin_belson import GAVIN_BELSON

PERSONAS: dict[str, Persona] = {persona.login: persona for persona in (GAVIN_BELSON,)}
REFUSED: dict[str, Refused] = {}
