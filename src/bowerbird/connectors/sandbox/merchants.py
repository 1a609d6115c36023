"""Shops and services that exist only here, with their ANZSIC groups and what a visit costs."""

from __future__ import annotations

from dataclasses import dataclass

from bowerbird.connectors.sandbox.postings import Anzsic

GROCERIES: Anzsic = ("411", "Supermarket and Grocery Stores")
SPECIAL_FOOD: Anzsic = ("412", "Specialised Food Retailing")
FUEL: Anzsic = ("400", "Fuel Retailing")
DINING: Anzsic = ("451", "Cafes, Restaurants and Takeaway Food Services")
PUBS: Anzsic = ("452", "Pubs, Taverns and Bars")
PHARMACY: Anzsic = ("427", "Pharmaceutical and Other Store-Based Retailing")
CLOTHES: Anzsic = ("425", "Clothing, Footwear and Personal Accessory Retailing")
DEPARTMENT: Anzsic = ("426", "Department Stores")
HARDWARE: Anzsic = ("423", "Hardware, Building and Garden Supplies Retailing")
ELECTRONICS: Anzsic = ("422", "Electrical and Electronic Goods Retailing")
TRANSPORT: Anzsic = ("462", "Road Passenger Transport")
ELECTRICITY: Anzsic = ("264", "On Selling Electricity and Electricity Market Operation")
WATER: Anzsic = ("281", "Water Supply, Sewerage and Drainage Services")
TELCO: Anzsic = ("580", "Telecommunications Services")
STREAMING: Anzsic = ("570", "Internet Publishing and Broadcasting")
HOSTING: Anzsic = ("592", "Data Processing, Web Hosting and Electronic Information Storage Services")
INSURANCE: Anzsic = ("632", "Health and General Insurance")
REAL_ESTATE: Anzsic = ("672", "Real Estate Services")
BNPL: Anzsic = ("623", "Non-Depository Financing")
EXCHANGES: Anzsic = ("641", "Auxiliary Finance and Investment Services")
GAMBLING: Anzsic = ("920", "Gambling Activities")
SPORT: Anzsic = ("911", "Sports and Physical Recreation Activities")
CHILD_CARE: Anzsic = ("871", "Child Care Services")
MEDICAL: Anzsic = ("851", "Medical Services")
REPAIRS: Anzsic = ("941", "Automotive Repair and Maintenance")
COUNCIL: Anzsic = ("753", "Local Government Administration")
SUPERANNUATION: Anzsic = ("633", "Superannuation Funds")
TAX: Anzsic = ("751", "Central Government Administration")
TRAVEL: Anzsic = ("722", "Travel Agency and Tour Arrangement Services")
ADVERTISING: Anzsic = ("694", "Advertising Services")
OFFICE: Anzsic = ("427", "Pharmaceutical and Other Store-Based Retailing")


@dataclass(frozen=True, slots=True)
class Merchant:
    """A name as it stands on a statement, and the cheapest and dearest visit in cents, in steps of `step` cents."""

    text: str
    subclass: Anzsic
    cheapest: int
    dearest: int
    step: int = 1


SUPERMARKETS = (
    Merchant("MARIGOLD GROCERS NEWTOWN NSW", GROCERIES, 18_40, 142_90),
    Merchant("HARVEST LANE SUPERMARKET 2041", GROCERIES, 9_15, 118_60),
    Merchant("BILBY FRESH MARKET MARRICKVILLE", GROCERIES, 12_30, 87_45),
    Merchant("WATTLE ST BUTCHERY", SPECIAL_FOOD, 14_00, 52_00, 5),
)
CAFES = (Merchant("PAPERBARK CAFE SURRY HILLS", DINING, 4_50, 6_50, 50), Merchant("TWO GALAHS COFFEE SYDNEY", DINING, 4_80, 6_00, 60))
RESTAURANTS = (
    Merchant("SALTBUSH DINER ENMORE", DINING, 24_00, 96_00, 50),
    Merchant("LUCKY MAGPIE NOODLES", DINING, 14_90, 38_80, 10),
    Merchant("QUOKKA PIZZA DELIVERY", DINING, 19_95, 54_95, 100),
    Merchant("THE DROVERS ARMS HOTEL", PUBS, 11_00, 74_00, 50),
)
SERVICE_STATIONS = (Merchant("KOOKABURRA FUEL ASHFIELD", FUEL, 38_20, 104_60), Merchant("RED DIRT PETROLEUM 0417", FUEL, 41_10, 98_75))
SHOPS = (
    Merchant("BANKSIA DEPARTMENT STORE", DEPARTMENT, 19_00, 189_00, 5),
    Merchant("GUMLEAF CLOTHING CO", CLOTHES, 29_95, 159_95, 1000),
    Merchant("IRONBARK HARDWARE 88", HARDWARE, 8_70, 134_20),
    Merchant("CITY CIRCLE CHEMIST", PHARMACY, 6_95, 68_40),
    Merchant("PLATYPUS ELECTRONICS", ELECTRONICS, 24_95, 349_95, 500),
)
RIDES = (Merchant("TRAM & TRAIN TOP UP", TRANSPORT, 20_00, 50_00, 1000), Merchant("PELICAN RIDES TRIP", TRANSPORT, 11_30, 47_80))
TAP_AND_GO = (*SUPERMARKETS, *SUPERMARKETS, *RESTAURANTS, *SHOPS, *RIDES)
BETTING = (
    Merchant("TROTTERS ONLINE WAGERING", GAMBLING, 20_00, 350_00, 500),
    Merchant("LUCKY WOMBAT BET DARWIN NT", GAMBLING, 10_00, 250_00, 500),
    Merchant("HARBOUR CASINO GAMING FLOOR", GAMBLING, 50_00, 400_00, 5000),
)
CRYPTO = (
    Merchant("COINBILBY CRYPTO EXCHANGE", EXCHANGES, 50_00, 450_00, 1000),
    Merchant("OUTBACK BITCOIN PTY LTD", EXCHANGES, 80_00, 600_00, 2000),
)
TRADE_SUPPLIES = (
    Merchant("LYREBIRD OFFICE SUPPLIES", OFFICE, 32_00, 289_00, 5),
    Merchant("BOWER PRINT & SIGNAGE", ADVERTISING, 85_00, 640_00, 500),
    Merchant("CURRAWONG CLOUD HOSTING", HOSTING, 49_00, 219_00, 1000),
    Merchant("SOUTHERN SKY TRAVEL", TRAVEL, 189_00, 890_00, 100),
)
