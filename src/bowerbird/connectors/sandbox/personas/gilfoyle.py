"""Gilfoyle: the salary stops, unemployment benefit starts, buy now pay later rises, the card is paid late."""

from bowerbird.connectors.sandbox.deposits import Everyday, Savings
from bowerbird.connectors.sandbox.flows import Between, Coffees, Instalments
from bowerbird.connectors.sandbox.lending import Card
from bowerbird.connectors.sandbox.merchants import CAFES, HOSTING, REAL_ESTATE, RESTAURANTS, SHOPS, SUPERMARKETS, TELCO
from bowerbird.connectors.sandbox.persona import Persona, address, person
from bowerbird.connectors.sandbox.second_factor import FIRST_COMPANY
from bowerbird.connectors.sandbox.seed_accounts import (
    MONDAY,
    SUNDAY,
    THURSDAY,
    TUESDAY,
    cash,
    fortnightly,
    income,
    monthly,
    payment,
    salary,
    spending,
)

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
        income("everyday", "SERVICES AUSTRALIA JOBSEEKER", 816_70, fortnightly(TUESDAY), ON_BENEFIT),
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
