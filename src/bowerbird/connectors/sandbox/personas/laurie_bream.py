"""laurieBream: a business customer. Takings, invoices and wages, tax every quarter, an equipment loan, drawings for the owner."""

from bowerbird.connectors.sandbox.days import month_number
from bowerbird.connectors.sandbox.deposits import Everyday, Savings
from bowerbird.connectors.sandbox.flows import Coffees
from bowerbird.connectors.sandbox.lending import Card, Loan
from bowerbird.connectors.sandbox.merchants import CAFES, INSURANCE, REAL_ESTATE, SUPERANNUATION, TAP_AND_GO, TAX, TELCO, TRADE_SUPPLIES
from bowerbird.connectors.sandbox.persona import Persona, address, person
from bowerbird.connectors.sandbox.seed_accounts import (
    MONDAY,
    THURSDAY,
    WEDNESDAY,
    bpay,
    fee,
    fortnightly,
    income,
    monthly,
    payment,
    quarterly,
    sent,
    spending,
    transfer,
    weekly,
)
from bowerbird.model.account import AccountClass

LAURIE_BREAM = Persona(
    login="laurieBream",
    password="business2024",
    profile=person("Laurie", "Bream", "laurie@bream-raviga.example", "XXXX 330 052",
                   address("Level 3, 60 Pitt St", "Sydney", "NSW", "2000")),
    accounts=(
        Everyday("business", "Business Account", "Business Transaction", float_cents=26_480_15, sweep_to="tax", monthly_fee=10_00),
        Savings("tax", "Tax and GST Reserve", "Business Saver", base=35_000_00, rate=365),
        Card("card", "Business Card", "Business Credit Card", "8801", limit=30_000_00, rate=1874, pay_from="business"),
        Loan("equipment", "Equipment Loan", "Equipment Finance", AccountClass.LOAN, principal=95_000_00, rate=815, months=60,
             since=month_number(2024, 11), day=17, pay_from="business", fixed=True),
        Everyday("personal", "Everyday Account", "Everyday", float_cents=2_640_80),
    ),
    flows=(
        income("business", "MERCHANT SETTLEMENT EFTPOS", (1_850_00, 4_700_00), weekly(MONDAY)),
        income("business", "INV PAYMENT RAVIGA CAPITAL", 8_800_00, monthly(7)),
        income("business", "INV PAYMENT HOOLI PTY LTD", (2_200_00, 9_350_00), fortnightly(THURSDAY)),
        sent("business", "WAGES K HALE", 2_312_60, fortnightly(WEDNESDAY)),
        sent("business", "WAGES P GREGORY", 1_986_25, fortnightly(WEDNESDAY)),
        payment("business", "SUPERANNUATION CLEARING HOUSE", (3_050_00, 3_240_00), quarterly(26, first=1), SUPERANNUATION),
        bpay("business", ("75556", "TAX OFFICE PAYMENTS"), "004861223795", (6_300_00, 8_400_00), quarterly(28, first=2), TAX),
        payment("business", "PITT STREET OFFICES RENT", 2_750_00, monthly(1), REAL_ESTATE, "LEVEL 3"),
        payment("business", "COCKATOO BUSINESS INSURANCE", 318_20, monthly(11), INSURANCE),
        payment("card", "WALLABY BUSINESS BROADBAND", 149_00, monthly(5), TELCO),
        fee("business", "MERCHANT FACILITY FEE", 48_40, monthly(3)),
        transfer("business", "personal", "OWNER DRAWINGS", "DRAWINGS FROM BUSINESS", 5_200_00, monthly(10)),
        payment("personal", "NEUTRAL BAY STRATA LEVY", 410_00, monthly(23), REAL_ESTATE),
        spending("card", "trade supplies", TRADE_SUPPLIES, 8, 13),
        spending("personal", "tap and go", TAP_AND_GO, 12, 17),
        Coffees("card", CAFES[0], days=9),
    ),
)  # fmt: skip
