"""Who lives at the sandbox bank, by login id. A new persona is a module beside this one and a name in the list below."""

from bowerbird.connectors.sandbox.persona import Persona, RefusedLogin
from bowerbird.connectors.sandbox.personas.ash_mann import ASH_MANN
from bowerbird.connectors.sandbox.personas.gavin_belson import GAVIN_BELSON
from bowerbird.connectors.sandbox.personas.gilfoyle import GILFOYLE
from bowerbird.connectors.sandbox.personas.jack_barker import JACK_BARKER
from bowerbird.connectors.sandbox.personas.jared import JARED
from bowerbird.connectors.sandbox.personas.laurie_bream import LAURIE_BREAM
from bowerbird.connectors.sandbox.personas.nelson import NELSON
from bowerbird.connectors.sandbox.personas.refused import REFUSED_LOGINS
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
