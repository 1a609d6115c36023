"""jackBarker: his accounts arrive, his transactions never do."""

from bowerbird.connectors.sandbox.deposits import Everyday, Savings
from bowerbird.connectors.sandbox.flows import Coffees
from bowerbird.connectors.sandbox.lending import Card
from bowerbird.connectors.sandbox.merchants import CAFES, REAL_ESTATE, TAP_AND_GO, TELCO
from bowerbird.connectors.sandbox.persona import Persona, address, person
from bowerbird.connectors.sandbox.seed_accounts import MONDAY, monthly, payment, salary, spending, weekly
from bowerbird.sdk.failures import Unavailable

JACK_BARKER = Persona(
    login="jackBarker",
    password="boxes",
    profile=person("Jack", "Barker", "jack@boxes.example", "XXXX 194 860",
                   address("55 Depot Rd", "Mascot", "NSW", "2020")),
    no_transactions=Unavailable,
    accounts=(
        Everyday("everyday", "Everyday Account", "Everyday", float_cents=4_015_55, sweep_to="savings"),
        Savings("savings", "Saver", "Saver", base=15_000_00, rate=390),
        Card("card", "Rewards Card", "Rewards Credit Card", "1906", limit=12_000_00, rate=1999, pay_from="everyday"),
    ),
    flows=(
        salary("everyday", "BOX THREE PTY LTD SALARY", 7_420_00, monthly(15)),
        payment("everyday", "MASCOT LETTINGS RENT", 610_00, weekly(MONDAY), REAL_ESTATE),
        payment("card", "WALLABY MOBILE", 65_00, monthly(9), TELCO),
        spending("card", "shopping", TAP_AND_GO, 10, 15),
        Coffees("card", CAFES[0], days=6),
    ),
)  # fmt: skip
