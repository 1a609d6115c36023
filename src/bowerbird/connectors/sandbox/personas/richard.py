"""richard: a high fortnightly income and two rents; three mortgages, one of them shared; two car loans; four cards, one shared."""

from bowerbird.connectors.sandbox.days import month_number
from bowerbird.connectors.sandbox.deposits import Everyday, Savings, Unshared
from bowerbird.connectors.sandbox.flows import Coffees
from bowerbird.connectors.sandbox.lending import Card, Loan
from bowerbird.connectors.sandbox.merchants import CAFES, COUNCIL, ELECTRICITY, INSURANCE, SERVICE_STATIONS, SPORT, TAP_AND_GO, TELCO, WATER
from bowerbird.connectors.sandbox.persona import Persona, address, person
from bowerbird.connectors.sandbox.seed_accounts import (
    FRIDAY,
    MONDAY,
    WEDNESDAY,
    bpay,
    fee,
    fortnightly,
    income,
    lender,
    monthly,
    payment,
    quarterly,
    salary,
    sent,
    spending,
)
from bowerbird.model.account import AccountClass

RICHARD = Persona(
    login="richard",
    password="tabsnotspaces",
    profile=person("Richard", "Hendricks", "richard@piedpiper.example", "XXXX 775 904",
                   address("2 Newell Rd", "Cremorne", "NSW", "2090")),
    accounts=(
        Everyday("everyday", "Premium Everyday", "Premium Everyday", float_cents=14_750_60, sweep_to="savings", monthly_fee=10_00),
        Savings("savings", "Premium Saver", "Saver", base=32_000_00, rate=480),
        Loan("home", "Home Loan", "Home Loan", AccountClass.MORTGAGE, principal=850_000_00, rate=594, months=360,
             since=month_number(2018, 10), day=10, pay_from="everyday"),
        Unshared("unit", "Investment Loan Newtown", "Investment Home Loan", AccountClass.MORTGAGE),
        Unshared("terrace", "Investment Loan Balmain", "Investment Home Loan", AccountClass.MORTGAGE),
        Loan("wagon", "Car Loan Wagon", "Car Loan", AccountClass.LOAN, principal=62_000_00, rate=749, months=84,
             since=month_number(2023, 2), day=18, pay_from="everyday", fixed=True),
        Loan("hatch", "Car Loan Hatchback", "Car Loan", AccountClass.LOAN, principal=38_000_00, rate=689, months=60,
             since=month_number(2025, 6), day=27, pay_from="everyday", fixed=True),
        Card("card", "Platinum Card", "Platinum Credit Card", "7001", limit=25_000_00, rate=2099, pay_from="everyday"),
        Unshared("gold", "Gold Card", "Gold Credit Card", AccountClass.CREDIT_CARD, "7002"),
        Unshared("travel", "Travel Card", "Travel Credit Card", AccountClass.CREDIT_CARD, "7003"),
        Unshared("store", "Store Card", "Store Credit Card", AccountClass.CREDIT_CARD, "7004"),
    ),
    flows=(
        salary("everyday", "PIED PIPER PTY LTD SALARY", 6_912_45, fortnightly(FRIDAY)),
        income("everyday", "BALMAIN REALTY RENT RECEIVED", 3_120_00, monthly(3), earns="rent"),
        income("everyday", "NEWTOWN LETTINGS RENT RECEIVED", 1_240_00, fortnightly(WEDNESDAY), earns="rent"),
        lender("everyday", "HOME LOAN REPAYMENT NEWTOWN", 3_304_20, monthly(12)),
        lender("everyday", "HOME LOAN REPAYMENT BALMAIN", 2_861_75, monthly(22)),
        sent("everyday", "CREDIT CARD PAYMENT XX7002", (280_00, 940_00), monthly(9)),
        sent("everyday", "CREDIT CARD PAYMENT XX7003", (150_00, 620_00), monthly(16)),
        sent("everyday", "CREDIT CARD PAYMENT XX7004", (60_00, 340_00), monthly(25)),
        bpay("everyday", ("18929", "CREMORNE COUNCIL RATES"), "4419082", 612_35, quarterly(30, first=2), COUNCIL),
        bpay("everyday", ("45435", "HARBOUR WATER"), "2208714490", (240_00, 330_00), quarterly(21, first=3), WATER),
        bpay("everyday", ("23796", "SUNRISE ENERGY"), "8154409127", (390_00, 710_00), quarterly(7, first=1), ELECTRICITY),
        payment("everyday", "COCKATOO LANDLORD INSURANCE", 189_70, monthly(4), INSURANCE),
        payment("card", "WALLABY MOBILE", 129_00, monthly(2), TELCO),
        payment("card", "FIG TREE GYM PREMIUM", 94_00, fortnightly(MONDAY), SPORT),
        fee("card", "INTERNATIONAL TRANSACTION FEE", 4_35, monthly(19)),
        spending("card", "shopping", TAP_AND_GO, 18, 26),
        spending("card", "fuel", SERVICE_STATIONS, 4, 7),
        Coffees("card", CAFES[1], days=15),
    ),
)  # fmt: skip
