"""nelson: must accept something at the bank before the second try; then a student with a casual job and modest means."""

from bowerbird.connectors.sandbox.deposits import Everyday, Savings
from bowerbird.connectors.sandbox.flows import Coffees
from bowerbird.connectors.sandbox.merchants import CAFES, RESTAURANTS, RIDES, STREAMING, SUPERMARKETS, TELCO
from bowerbird.connectors.sandbox.persona import Persona, address, person
from bowerbird.connectors.sandbox.seed_accounts import FRIDAY, MONDAY, monthly, payment, salary, sent, spending, weekly

CHEAP_GROCER = SUPERMARKETS[2]

NELSON = Persona(
    login="nelson",
    password="arizona",
    profile=person("Nelson", "Bighetti", "nelson@arizona.example", "XXXX 721 345",
                   address("6/40 Buckland St", "Chippendale", "NSW", "2008")),
    shut_out_once=True,
    accounts=(
        Everyday("everyday", "Student Account", "Student Everyday", float_cents=1_240_20, sweep_to="savings"),
        Savings("savings", "Starter Saver", "Saver", base=1_900_00, rate=410),
    ),
    flows=(
        salary("everyday", "LUCKY MAGPIE NOODLES WAGES", (510_00, 640_00), weekly(FRIDAY)),
        sent("everyday", "RENT TO HOUSEMATES", 215_00, weekly(MONDAY)),
        payment("everyday", "WALLABY MOBILE PREPAID", 30_00, monthly(12), TELCO),
        payment("everyday", "KOEL STREAMING", 8_99, monthly(21), STREAMING),
        spending("everyday", "tap and go", (*RIDES, *RESTAURANTS, CHEAP_GROCER), 8, 12),
        Coffees("everyday", CAFES[1], days=6),
    ),
)  # fmt: skip
