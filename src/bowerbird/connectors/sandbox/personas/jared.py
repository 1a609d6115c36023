"""jared: ride-share income that comes weekly and varies, credits from Whistler, a term deposit; mortgage and car loan not shared."""

from bowerbird.connectors.sandbox.deposits import Everyday, Savings, TermDeposit, Unshared
from bowerbird.connectors.sandbox.flows import Coffees
from bowerbird.connectors.sandbox.merchants import CAFES, ELECTRICITY, INSURANCE, RESTAURANTS, SERVICE_STATIONS, SUPERMARKETS, TELCO, WATER
from bowerbird.connectors.sandbox.persona import Persona, address, person
from bowerbird.connectors.sandbox.personas.whistler import TO_JARED
from bowerbird.connectors.sandbox.seed_accounts import (
    TUESDAY,
    bpay,
    income,
    lender,
    monthly,
    payment,
    quarterly,
    received,
    spending,
    weekly,
)
from bowerbird.model.account import AccountClass

JARED = Persona(
    login="jared",
    password="django",
    profile=person("Jared", "Dunn", "jared@piedpiper.example", "XXXX 402 118",
                   address("31 Bellevue Cres", "Hurlstone Park", "NSW", "2193")),
    accounts=(
        Everyday("everyday", "Everyday Account", "Everyday", float_cents=5_260_90, sweep_to="savings"),
        Savings("savings", "Online Saver", "Saver", base=9_300_00, rate=460),
        TermDeposit("deposit", "Term Deposit 6 Months", "Term Deposit", principal=40_000_00, rate=440, months=6, day=12, pay_to="everyday"),
        Unshared("mortgage", "Home Loan", "Home Loan", AccountClass.MORTGAGE),
        Unshared("car", "Car Loan", "Car Loan", AccountClass.LOAN),
    ),
    flows=(
        income("everyday", "PELICAN RIDES DRIVER PAYOUT", (620_00, 1_680_00), weekly(TUESDAY)),
        received("everyday", "TRANSFER FROM WES WHISTLER", (1_800_00, 2_400_00), monthly(20), agreed=TO_JARED),
        lender("everyday", "HOME LOAN REPAYMENT", 2_384_15, monthly(24)),
        lender("everyday", "CAR LOAN REPAYMENT", 463_80, monthly(16)),
        payment("everyday", "PELICAN RIDES VEHICLE INSURANCE", 186_40, monthly(7), INSURANCE),
        bpay("everyday", ("45435", "HARBOUR WATER"), "1140065528", (190_00, 240_00), quarterly(19, first=1), WATER),
        bpay("everyday", ("23796", "SUNRISE ENERGY"), "6099134471", (210_00, 380_00), quarterly(26, first=2), ELECTRICITY),
        payment("everyday", "WALLABY MOBILE", 65_00, monthly(14), TELCO),
        spending("everyday", "fuel", SERVICE_STATIONS, 6, 9),
        spending("everyday", "tap and go", (*SUPERMARKETS, *RESTAURANTS), 10, 14),
        Coffees("everyday", CAFES[0], days=14),
    ),
)  # fmt: skip
