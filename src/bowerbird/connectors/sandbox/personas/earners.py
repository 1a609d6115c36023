"""Personas with an income of their own: ride-share, benefits, a business, rent."""

from bowerbird.connectors.sandbox.days import month_number
from bowerbird.connectors.sandbox.deposits import Everyday, Savings, TermDeposit, Unshared
from bowerbird.connectors.sandbox.flows import Between, Coffees, Instalments
from bowerbird.connectors.sandbox.lending import Card, Loan
from bowerbird.connectors.sandbox.merchants import (
    BETTING,
    CAFES,
    CRYPTO,
    ELECTRICITY,
    HOSTING,
    INSURANCE,
    REAL_ESTATE,
    RESTAURANTS,
    SERVICE_STATIONS,
    SHOPS,
    SUPERANNUATION,
    SUPERMARKETS,
    TAP_AND_GO,
    TAX,
    TELCO,
    TRADE_SUPPLIES,
    WATER,
)
from bowerbird.connectors.sandbox.persona import Persona, address, person
from bowerbird.connectors.sandbox.personas.whistler import TO_JARED
from bowerbird.connectors.sandbox.second_factor import FIRST_COMPANY
from bowerbird.connectors.sandbox.seed_accounts import (
    MONDAY,
    SATURDAY,
    SUNDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    bpay,
    cash,
    fee,
    fortnightly,
    income,
    lender,
    monthly,
    payment,
    quarterly,
    received,
    salary,
    sent,
    spending,
    transfer,
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
"""jared: ride-share income that comes weekly and varies, credits from Whistler, a term deposit; mortgage and car loan not shared."""

AT_WORK = frozenset({11, 12, 1, 2, 3, 4, 5, 6})
ON_BENEFIT = frozenset({7, 8, 9, 10})
"""The story repeats every year, so that any twelve months show it: dismissed at the end of June, a new job in November."""

GILFOYLE = Persona(
    login="Gilfoyle",
    password="PiedPiper",
    profile=person("Bertram", "Gilfoyle", "gilfoyle@piedpiper.example", "XXXX 013 666",
                   address("9 Erskine St", "Redfern", "NSW", "2016")),
    second_factor=FIRST_COMPANY,
    accounts=(
        Everyday("everyday", "Everyday Account", "Everyday", float_cents=4_120_75, sweep_to="savings", monthly_fee=5_00),
        Savings("savings", "Emergency Savings", "Saver", base=11_000_00, rate=310),
        Card("card", "Low Fee Card", "Low Fee Credit Card", "6660", limit=6_000_00, rate=1999, pay_from="everyday",
             carried=1_850_00, late=frozenset({8, 9, 10})),
    ),
    flows=(
        salary("everyday", "PIED PIPER PTY LTD SALARY", 3_395_60, fortnightly(THURSDAY), AT_WORK),
        income("everyday", "SERVICES AUSTRALIA JOBSEEKER", 816_70, fortnightly(TUESDAY), ON_BENEFIT, earns="benefit"),
        payment("everyday", "REDFERN ROOMS RENT", 640_00, fortnightly(MONDAY), REAL_ESTATE, "ROOM 2"),
        payment("everyday", "WALLABY MOBILE", 39_00, monthly(9), TELCO),
        payment("card", "CURRAWONG CLOUD HOSTING", 84_50, monthly(1), HOSTING),
        Instalments("everyday", "LATERBIRD", purchases=(1, 1, 0, 1, 1, 1, 2, 3, 4, 4, 1, 0), instalment=Between(15_00, 42_00, 25)),
        Instalments("everyday", "FOURPAY", purchases=(0, 0, 1, 0, 0, 1, 1, 2, 3, 4, 1, 0), instalment=Between(20_00, 55_00, 50)),
        cash("everyday", "ATM WITHDRAWAL REDFERN", (20_00, 80_00), fortnightly(SUNDAY, 1)),
        spending("card", "shopping", (*SUPERMARKETS, *SHOPS), 6, 9),
        spending("everyday", "eating out", RESTAURANTS, 4, 7),
        Coffees("everyday", CAFES[1], days=7),
    ),
)  # fmt: skip
"""Gilfoyle: the salary stops, unemployment benefit starts, buy now pay later rises, the card is paid late."""

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
"""laurieBream: a business customer. Takings, invoices and wages, tax every quarter, an equipment loan, drawings for the owner."""

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
        income("everyday", "BAYSIDE PROPERTY RENT RECEIVED", 2_150_00, monthly(5), earns="rent"),
        payment("everyday", "ST KILDA LETTINGS RENT", 540_00, weekly(TUESDAY), REAL_ESTATE, "17 BARKLY"),
        bpay("everyday", ("23796", "SUNRISE ENERGY"), "7712093358", (160_00, 340_00), quarterly(15, first=1), ELECTRICITY),
        payment("everyday", "WALLABY MOBILE", 55_00, monthly(8), TELCO),
        spending("everyday", "betting", BETTING, 9, 14),
        income("everyday", "TROTTERS ONLINE WAGERING PAYOUT", (40_00, 380_00), monthly(13), earns=""),
        cash("everyday", "ATM WITHDRAWAL HARBOUR CASINO", (60_00, 300_00), weekly(SATURDAY)),
        cash("everyday", "ATM WITHDRAWAL ST KILDA", (40_00, 160_00), fortnightly(THURSDAY)),
        fee("everyday", "ATM OPERATOR FEE", 2_90, weekly(SATURDAY)),
        spending("everyday", "crypto", CRYPTO, 3, 5),
        spending("card", "shopping", TAP_AND_GO, 9, 13),
        Coffees("card", CAFES[1], days=8),
    ),
)  # fmt: skip
"""ashMann: a monthly salary and rent received, rent paid, and much of the rest goes to betting, cash and crypto."""
