"""ashMann: a monthly salary and rent received, rent paid, and much of the rest goes to betting, cash and crypto."""

from bowerbird.connectors.sandbox.deposits import Everyday
from bowerbird.connectors.sandbox.flows import Coffees
from bowerbird.connectors.sandbox.lending import Card
from bowerbird.connectors.sandbox.merchants import BETTING, CAFES, CRYPTO, ELECTRICITY, REAL_ESTATE, TAP_AND_GO, TELCO
from bowerbird.connectors.sandbox.persona import Persona, address, person
from bowerbird.connectors.sandbox.seed_accounts import (
    SATURDAY,
    THURSDAY,
    TUESDAY,
    bpay,
    cash,
    fee,
    fortnightly,
    income,
    monthly,
    payment,
    quarterly,
    salary,
    spending,
    weekly,
)

ASH_MANN = Persona(
    login="ashMann",
    password="hooli2024",
    profile=person("Ash", "Mann", "ash.mann@hooli.example", "XXXX 587 236",
                   address("17 Barkly St", "St Kilda", "VIC", "3182")),
    accounts=(
        Everyday("everyday", "Everyday Account", "Everyday", float_cents=8_930_35, monthly_fee=4_00),
        Card("card", "Classic Card", "Classic Credit Card", "3377", limit=8_000_00, rate=2024, pay_from="everyday", carried=2_400_00),
    ),
    flows=(
        salary("everyday", "HOOLI PTY LTD SALARY", 6_140_75, monthly(28)),
        income("everyday", "BAYSIDE PROPERTY RENT RECEIVED", 2_150_00, monthly(5)),
        payment("everyday", "ST KILDA LETTINGS RENT", 540_00, weekly(TUESDAY), REAL_ESTATE, "17 BARKLY"),
        bpay("everyday", ("23796", "SUNRISE ENERGY"), "7712093358", (160_00, 340_00), quarterly(15, first=1), ELECTRICITY),
        payment("everyday", "WALLABY MOBILE", 55_00, monthly(8), TELCO),
        spending("everyday", "betting", BETTING, 9, 14),
        income("everyday", "TROTTERS ONLINE WAGERING PAYOUT", (40_00, 380_00), monthly(13)),
        cash("everyday", "ATM WITHDRAWAL HARBOUR CASINO", (60_00, 300_00), weekly(SATURDAY)),
        cash("everyday", "ATM WITHDRAWAL ST KILDA", (40_00, 160_00), fortnightly(THURSDAY)),
        fee("everyday", "ATM OPERATOR FEE", 2_90, weekly(SATURDAY)),
        spending("everyday", "crypto", CRYPTO, 3, 5),
        spending("card", "shopping", TAP_AND_GO, 9, 13),
        Coffees("card", CAFES[1], days=8),
    ),
)  # fmt: skip
