"""Wentworth-Smith: a couple with joint accounts, two salaries, a mortgage, a car loan and a card used in the same way every month."""

from bowerbird.connectors.sandbox.days import month_number
from bowerbird.connectors.sandbox.deposits import Everyday, Savings
from bowerbird.connectors.sandbox.flows import Coffees
from bowerbird.connectors.sandbox.lending import Card, Loan
from bowerbird.connectors.sandbox.merchants import (
    CAFES,
    CHILD_CARE,
    COUNCIL,
    DINING,
    ELECTRICITY,
    FUEL,
    GROCERIES,
    INSURANCE,
    SPECIAL_FOOD,
    STREAMING,
    TELCO,
    WATER,
    Merchant,
)
from bowerbird.connectors.sandbox.persona import Persona, address, person
from bowerbird.connectors.sandbox.second_factor import TWO_QUESTIONS
from bowerbird.connectors.sandbox.seed_accounts import (
    FRIDAY,
    MONDAY,
    SATURDAY,
    SUNDAY,
    WEDNESDAY,
    bpay,
    cash,
    fortnightly,
    habit,
    monthly,
    payment,
    quarterly,
    salary,
    weekly,
)
from bowerbird.model.account import AccountClass

GROCER = Merchant("MARIGOLD GROCERS LINDFIELD", GROCERIES, 208_00, 236_00, 5)
BUTCHER = Merchant("WATTLE ST BUTCHERY", SPECIAL_FOOD, 42_00, 54_00, 50)
PETROL = Merchant("RED DIRT PETROLEUM 0417", FUEL, 72_00, 88_00)
DINNER = Merchant("SALTBUSH DINER ENMORE", DINING, 62_00, 78_00, 50)

WENTWORTH_SMITH = Persona(
    login="Wentworth-Smith",
    password="whislter",
    profile=person("Rowena", "Wentworth-Smith", "rowena@wentworth-smith.example", "XXXX 245 310",
                   address("8 Kurrajong Ave", "Lindfield", "NSW", "2070")),
    joint_holder="ROWENA WENTWORTH-SMITH & ALISTAIR WENTWORTH-SMITH",
    second_factor=TWO_QUESTIONS,
    accounts=(
        Everyday("everyday", "Joint Everyday", "Everyday", float_cents=6_812_40, sweep_to="savings", joint=True),
        Savings("savings", "Joint Saver", "Saver", base=18_500_00, rate=425, joint=True),
        Card("card", "Joint Rewards Card", "Rewards Credit Card", "5120", limit=15_000_00, rate=2049, pay_from="everyday", joint=True),
        Loan("mortgage", "Home Loan", "Home Loan", AccountClass.MORTGAGE, principal=620_000_00, rate=589, months=360,
             since=month_number(2019, 3), day=5, pay_from="everyday", joint=True),
        Loan("car", "Car Loan", "Car Loan", AccountClass.LOAN, principal=34_000_00, rate=719, months=60,
             since=month_number(2024, 8), day=20, pay_from="everyday", fixed=True, joint=True),
    ),
    flows=(
        salary("everyday", "CASSOWARY ENGINEERING SALARY", 6_250_00, monthly(15)),
        salary("everyday", "NORTH SHORE HEALTH PAYROLL", 2_480_35, fortnightly(WEDNESDAY)),
        payment("everyday", "LITTLE ECHIDNAS CHILD CARE", 518_00, fortnightly(MONDAY), CHILD_CARE),
        bpay("everyday", ("23796", "SUNRISE ENERGY"), "3300187745", (310_00, 520_00), quarterly(17, first=1), ELECTRICITY),
        bpay("everyday", ("45435", "HARBOUR WATER"), "7760021934", (228_00, 264_00), quarterly(22, first=2), WATER),
        bpay("everyday", ("18929", "KURRAJONG COUNCIL RATES"), "9021774", 438_60, quarterly(28, first=2), COUNCIL),
        payment("card", "COCKATOO HOME AND CAR INSURANCE", 264_90, monthly(8), INSURANCE),
        payment("card", "WALLABY MOBILE", 118_00, monthly(12), TELCO),
        payment("card", "KOEL STREAMING", 22_99, monthly(25), STREAMING),
        cash("everyday", "ATM WITHDRAWAL LINDFIELD", (100_00, 100_00), monthly(2)),
        habit("card", "groceries", GROCER, weekly(SATURDAY)),
        habit("card", "meat", BUTCHER, weekly(WEDNESDAY)),
        habit("card", "petrol", PETROL, weekly(SUNDAY)),
        habit("card", "friday dinner", DINNER, fortnightly(FRIDAY)),
        Coffees("card", CAFES[0], days=8),
    ),
)  # fmt: skip
