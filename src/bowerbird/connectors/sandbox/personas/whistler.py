"""Whistler: one fortnightly salary, buy now pay later all year, and a large transfer to Jared every month."""

from bowerbird.connectors.sandbox.deposits import Everyday, Savings
from bowerbird.connectors.sandbox.flows import Between, Coffees, Instalments
from bowerbird.connectors.sandbox.merchants import CAFES, ELECTRICITY, REAL_ESTATE, STREAMING, TAP_AND_GO, TELCO
from bowerbird.connectors.sandbox.persona import Persona, address, person
from bowerbird.connectors.sandbox.second_factor import TWO_QUESTIONS
from bowerbird.connectors.sandbox.seed_accounts import (
    FRIDAY,
    SATURDAY,
    THURSDAY,
    bpay,
    cash,
    fortnightly,
    monthly,
    payment,
    quarterly,
    salary,
    sent,
    spending,
    weekly,
)

TO_JARED = "whistler to jared"
"""What Whistler and Jared agreed on: both see this amount on this day."""

WHISTLER = Persona(
    login="Whistler",
    password="ShowBox",
    profile=person("Wes", "Whistler", "whistler@showbox.example", "XXXX 610 477",
                   address("4/27 Alma Ln", "Glebe", "NSW", "2037")),
    second_factor=TWO_QUESTIONS,
    accounts=(
        Everyday("everyday", "Everyday Account", "Everyday", float_cents=4_405_15, sweep_to="savings"),
        Savings("savings", "Goal Saver", "Saver", base=7_400_00, rate=350),
    ),
    flows=(
        salary("everyday", "SHOWBOX CINEMAS WAGES", 3_048_20, fortnightly(THURSDAY)),
        sent("everyday", "TRANSFER TO JARED DUNN", (1_800_00, 2_400_00), monthly(20), agreed=TO_JARED),
        payment("everyday", "GLEBE POINT REALTY RENT", 515_00, weekly(FRIDAY), REAL_ESTATE, "UNIT 4 ALMA LN"),
        bpay("everyday", ("23796", "SUNRISE ENERGY"), "5518820037", (140_00, 290_00), quarterly(13, first=3), ELECTRICITY),
        payment("everyday", "WALLABY MOBILE", 45_00, monthly(4), TELCO),
        payment("everyday", "KOEL STREAMING", 16_99, monthly(18), STREAMING),
        Instalments("everyday", "LATERBIRD", purchases=(2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3), instalment=Between(18_00, 62_00, 25)),
        cash("everyday", "ATM WITHDRAWAL GLEBE", (40_00, 100_00), fortnightly(SATURDAY)),
        spending("everyday", "tap and go", TAP_AND_GO, 14, 20),
        Coffees("everyday", CAFES[1], days=12),
    ),
)  # fmt: skip
