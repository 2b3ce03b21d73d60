"""The price table says what the price library says; ``python -m tests.test_price_table`` writes it anew."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, date, datetime, time

import msgspec
import pytest
from genai_prices.data import providers
from genai_prices.types import ClauseEquals, ClauseOr, ClauseStartsWith, ModelInfo, ModelPrice, StartDateConstraint

from afteraction.pricing import ANY_DAY, TABLE, PriceLibrary, PriceList, PriceTable, Tier

LIBRARY = PriceLibrary()
MODELS = [model for provider in providers if provider.id == "anthropic" for model in provider.models]
RELEASES = ("20240229", "20250929", "20270101")
"""Days that stand for all: a name takes any of them or none."""
ALSO = ("claude-sonnet-4-20250514",)
"""Names in use that the library knows by a rule which spells out only a part of them."""
PLAIN = re.compile(r"claude-[a-z0-9-]*[a-z0-9]")


def names(model: ModelInfo) -> list[str]:
    """Every plain name that the library's rules for a model spell out, without and with a day of release."""
    clauses = model.match.or_ if isinstance(model.match, ClauseOr) else [model.match]
    equal = [clause.equals for clause in clauses if isinstance(clause, ClauseEquals)]
    begun = [clause.starts_with for clause in clauses if isinstance(clause, ClauseStartsWith)]
    also = [name for name in ALSO if model.match.is_match(name)]
    spelled = [name for name in (model.id, *equal, *begun) if PLAIN.fullmatch(name)]
    return also + [variant for name in spelled for variant in (name, name + ANY_DAY)]


def first_days(model: ModelInfo) -> list[date | None]:
    """The days on which the lists of a model begin to hold."""
    if isinstance(model.prices, ModelPrice):
        return [None]
    begins = [price.constraint for price in model.prices]
    assert all(begin is None or isinstance(begin, StartDateConstraint) for begin in begins), model.id
    return [begin.start_date if isinstance(begin, StartDateConstraint) else None for begin in begins]


def lists_of(name: str, days: list[date | None]) -> tuple[PriceList, ...] | None:
    """What the library says of a name; None when it does not know it, or not for every day of release."""
    spelled = {name.replace(ANY_DAY, f"-{release}") for release in RELEASES}
    said = {tuple(PriceList(day, on_day(one, day or date.min)) for day in days) for one in spelled}
    found = said.pop()
    return found if not said and all(one.tiers for one in found) else None


def on_day(name: str, day: date) -> tuple[Tier, ...]:
    return LIBRARY.find(name, datetime.combine(day, time(), UTC)) or ()


def written_anew() -> bytes:
    """The table as it must be."""
    known = {name: lists for model in MODELS for name in names(model) if (lists := lists_of(name, first_days(model)))}
    prices = list(dict.fromkeys(known.values()))
    table = PriceTable({name: prices.index(lists) for name, lists in sorted(known.items())}, tuple(prices))
    return msgspec.json.format(msgspec.json.encode(table), indent=1) + b"\n"


def test_the_table_says_what_the_library_says() -> None:
    """When the library has other prices or models, the table is written anew: make prices."""
    assert TABLE.read_bytes() == written_anew()


@pytest.mark.parametrize("model", [model.id for model in MODELS])
def test_every_model_of_the_library_is_in_the_table(model: str) -> None:
    """A model that the table lacks is priced too, and costs the import of the library."""
    table = msgspec.json.decode(TABLE.read_bytes(), type=PriceTable)

    assert table.find(model, date(2026, 6, 1)) == on_day(model, date(2026, 6, 1))


@pytest.mark.parametrize(("model", "imported"), [("claude-opus-4-8", False), ("claude-opus-4-8@later", True)])
def test_the_library_is_imported_for_an_unknown_model_only(model: str, imported: bool) -> None:  # noqa: FBT001
    """Its import takes a quarter of a second: whoever imports history pays it only where the table cannot say."""
    program = f"""if True:
        import sys
        from afteraction.pricing import PricedMessage, PriceLists
        assert PriceLists().cost_usd([PricedMessage({model!r}, 1780315200000, 1_000_000, 0, 0, 0)]) == 5.0
        assert ("genai_prices" in sys.modules) is {imported}
    """
    subprocess.run([sys.executable, "-c", program], check=True)


if __name__ == "__main__":
    TABLE.write_bytes(written_anew())
