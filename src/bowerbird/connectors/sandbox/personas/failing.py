"""Personas whose connection fails: the bank refuses them, or keeps data back."""

from bowerbird.connectors.sandbox.deposits import Everyday, Savings
from bowerbird.connectors.sandbox.flows import Coffees
from bowerbird.connectors.sandbox.lending import Card
from bowerbird.connectors.sandbox.merchants import CAFES, REAL_ESTATE, RESTAURANTS, RIDES, STREAMING, SUPERMARKETS, TAP_AND_GO, TELCO
from bowerbird.connectors.sandbox.persona import Persona, RefusedLogin, address, person
from bowerbird.connectors.sandbox.seed_accounts import FRIDAY, MONDAY, monthly, payment, salary, sent, spending, weekly
from bowerbird.sdk import failures
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
"""jackBarker: his accounts arrive, his transactions never do."""

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
"""nelson: must accept something at the bank before the second try; then a student with a casual job and modest means."""

REFUSED_LOGINS = (
    RefusedLogin("bighead", "password", failures.LockedAccount),
    RefusedLogin("erlich", "aviato", failures.UserActionRequired),
    RefusedLogin("jianYang", "nothotdog", failures.Unavailable),
    RefusedLogin("monica", "raviga", failures.InvalidCredentials),
    RefusedLogin("russ", "hanneman", failures.MfaNotSupported),
    RefusedLogin("dinesh", "tesla", failures.Maintenance),
)
"""Customers whom the bank refuses although they know their password, each in another way."""
