"""gavinBelson: a monthly salary that rises, tutoring income that comes weekly and varies, a personal loan, a card."""

from bowerbird.connectors.sandbox.days import month_number
from bowerbird.connectors.sandbox.deposits import Everyday, Savings
from bowerbird.connectors.sandbox.flows import Coffees, Rising
from bowerbird.connectors.sandbox.lending import Card, Loan
from bowerbird.connectors.sandbox.merchants import (
    CAFES,
    ELECTRICITY,
    INSURANCE,
    REAL_ESTATE,
    SERVICE_STATIONS,
    SPORT,
    STREAMING,
    TAP_AND_GO,
    TELCO,
)
from bowerbird.connectors.sandbox.persona import Persona, address, person
from bowerbird.connectors.sandbox.second_factor import FIRST_COMPANY
from bowerbird.connectors.sandbox.seed_accounts import (
    THURSDAY,
    WEDNESDAY,
    bpay,
    cash,
    fortnightly,
    income,
    monthly,
    payment,
    quarterly,
    salary,
    spending,
    weekly,
)
from bowerbird.model.account import AccountClass

GAVIN_BELSON = Persona(
    login="gavinBelson",
    password="hooli2016",
    profile=person("Gavin", "Belson", "gavin@hooli.com", "XXXX 888 991",
                   address("13/91 Fisher Rd", "Dee Why", "NSW", "2099")),
    second_factor=FIRST_COMPANY,
    accounts=(
        Everyday("everyday", "Everyday Account", "Everyday", float_cents=4_150_25, sweep_to="savings"),
        Savings("savings", "Rainy Day Saver", "Saver", base=6_200_00, rate=385),
        Card("card", "Low Rate Card", "Low Rate Credit Card", "4242", limit=9_000_00, rate=1399, pay_from="everyday"),
        Loan("loan", "Personal Loan", "Personal Loan", AccountClass.LOAN, principal=28_000_00, rate=949, months=60,
             since=month_number(2023, 5), day=21, pay_from="everyday", fixed=True),
    ),
    flows=(
        salary("everyday", "HOOLI PTY LTD SALARY", Rising(5_920_00, 65_00, every=3), monthly(15)),
        income("everyday", "TUTORING OSKO PAYMENT", (60_00, 420_00), weekly(WEDNESDAY)),
        payment("everyday", "DEE WHY LETTINGS RENT", 1_180_00, fortnightly(THURSDAY), REAL_ESTATE, "UNIT 13"),
        bpay("everyday", ("23796", "SUNRISE ENERGY"), "4471902286", (180_00, 410_00), quarterly(9, first=2), ELECTRICITY),
        payment("card", "WALLABY MOBILE", 59_00, monthly(6), TELCO),
        payment("card", "KOEL STREAMING", 16_99, monthly(11), STREAMING),
        payment("everyday", "FIG TREE GYM", 38_00, fortnightly(WEDNESDAY), SPORT),
        payment("everyday", "COCKATOO HEALTH INSURANCE", 148_35, monthly(3), INSURANCE),
        cash("everyday", "ATM WITHDRAWAL DEE WHY", (40_00, 160_00), monthly(19)),
        spending("everyday", "fuel", SERVICE_STATIONS, 2, 4),
        spending("card", "shopping", TAP_AND_GO, 14, 20),
        Coffees("everyday", CAFES[0], days=10),
    ),
)  # fmt: skip
