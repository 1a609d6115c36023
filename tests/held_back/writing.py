"""How banks write a number of cents and a day."""

from datetime import date

MONTHS_DE = ("Jan", "Feb", "März", "April", "Mai", "Juni", "Juli", "Aug", "Sept", "Okt", "Nov", "Dez")
MONTHS_FR = ("janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
SEPARATORS = {
    "us": (",", "."),
    "plain": ("", "."),
    "eu": (".", ","),
    "comma": ("", ","),
    "ch": ("'", "."),
    "ch2": ("\u2019", "."),
    "fr": ("\u00a0", ","),
    "frn": ("\u202f", ","),
    "sp": (" ", ","),
    "sp.": (" ", "."),
}


def grouped(units: int, mark: str, lakh: bool = False) -> str:
    """Whole units with a mark between groups: of three, or of two after the first three when `lakh`."""
    digits, parts = str(units), []
    parts.append(digits[-3:])
    digits = digits[:-3]
    width = 2 if lakh else 3
    while digits:
        parts.append(digits[-width:])
        digits = digits[:-width]
    return mark.join(reversed(parts))


def number(cents: int, style: str = "us", negative: str = "-", symbol: str = "") -> str:
    """Cents as this bank writes them: `negative` is one of - () trail − plus DR Dr $+(), `symbol` a currency sign."""
    size = abs(cents)
    if style in {"yen", "int"}:
        text = grouped(size // 100, "," if style == "yen" else "")
    elif style == "in":
        text = f"{grouped(size // 100, ',', lakh=True)}.{size % 100:02}"
    elif style == "four":
        text = f"{size // 100}.{size % 100:02}00"
    elif style == "short":
        text = f"{size / 100:.2f}".rstrip("0").rstrip(".")
    else:
        mark, point = SEPARATORS[style]
        text = f"{grouped(size // 100, mark)}{point}{size % 100:02}"
    return signed(symbol + text, cents, negative)


def signed(text: str, cents: int, negative: str) -> str:
    """A written size with its sign as this bank puts it."""
    if negative == "$+()":
        return f"({text})" if cents < 0 else f"{text[0]}+{text[1:]}"
    if negative == "plus" and cents >= 0:
        return "+" + text
    if negative == "DR":
        return text + (" DR" if cents < 0 else " CR")
    if negative == "Dr":
        return text + ("Dr" if cents < 0 else "Cr")
    if cents >= 0:
        return text
    forms = {"()": f"({text})", "trail": f"{text}-", "\u2212": f"\u2212{text}", "none": text}
    return forms.get(negative, f"-{text}")


def day(value: date, form: str) -> str:
    """A day in a strftime form; `~de` and `~fr` give month names of these languages, `~wareki` a Japanese era year."""
    if form == "~de":
        return f"{value.day}. {MONTHS_DE[value.month - 1]} {value.year}"
    if form == "~fr":
        return f"{value.day} {MONTHS_FR[value.month - 1]} {value.year}"
    if form == "~wareki":
        return f"R{value.year - 2018}.{value.month:02}.{value.day:02}"
    if form == "~sept":
        return value.strftime("%d %b %Y").replace("Sep", "Sept")
    return value.strftime(form)
