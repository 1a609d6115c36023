"""Who lives at the sandbox bank, by login id. A new persona stands in a module beside this one, with its name in the list below."""

from bowerbird.connectors.sandbox.persona import Persona, RefusedLogin
from bowerbird.connectors.sandbox.personas.earners import ASH_MANN, GILFOYLE, JARED, LAURIE_BREAM
from bowerbird.connectors.sandbox.personas.failing import JACK_BARKER, NELSON, REFUSED_LOGINS
from bowerbird.connectors.sandbox.personas.gavin_belson import GAVIN_BELSON
from bowerbird.connectors.sandbox.personas.richard import RICHARD
from bowerbird.connectors.sandbox.personas.wentworth_smith import WENTWORTH_SMITH
from bowerbird.connectors.sandbox.personas.whistler import WHISTLER

_HEALTHY = (
    WENTWORTH_SMITH,
    WHISTLER,
    GILFOYLE,
    GAVIN_BELSON,
    JARED,
    RICHARD,
    LAURIE_BREAM,
    ASH_MANN,
    JACK_BARKER,
    NELSON,
)

PERSONAS: dict[str, Persona] = {persona.login: persona for persona in _HEALTHY}
REFUSED: dict[str, RefusedLogin] = {refused.login: refused for refused in REFUSED_LOGINS}
