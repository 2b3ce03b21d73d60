"""What tokens cost, from the ``genai-prices`` tables, offline.

Priced per API message and then summed: price tiers apply to one call, never to a sum. A model without a known price
has no cost, not a cost of zero. Within one tier of one model's price list a price is linear in the four counts, so the
library is asked for a list's slopes once and each message is a sum of products: 3 µs instead of 120.

What it says of Anthropic's models is kept in ``price_table.json``, because importing it takes 0.25 s and 20 MB, a
twelfth of importing 1 GB of history; it is asked only about a model that is not in there. ``make prices`` writes the
table, and a test fails when the library says anything else.
"""

from __future__ import annotations

import functools
import logging
import operator
import re
from bisect import bisect_right
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from afteraction.moments import DAY_MS

if TYPE_CHECKING:
    from collections.abc import Iterable

TABLE = Path(__file__).with_name("price_table.json")
ANY_DAY = "-YYYYMMDD"
"""Stands in a model's name in the table for the day it was released."""
_STEP = 1000
_START = operator.attrgetter("start")
_DAY = re.compile(r"-\d{8}$")


class PricedMessage(msgspec.Struct, frozen=True, gc=False):
    """Token counts of one API message; ``input`` does not include what the cache served or took."""

    model: str | None
    at_ms: int | None
    """Epoch ms."""
    input: int | None
    output: int | None
    cache_read: int
    cache_creation: int


class Tier(msgspec.Struct, frozen=True):
    """One tier of a price list: what its first input token comes to, and what one more of each kind adds."""

    start: int
    """Tokens given from which on it holds."""
    base: Decimal
    input: Decimal
    output: Decimal
    cache_read: Decimal
    cache_creation: Decimal


class PriceList(msgspec.Struct, frozen=True):
    """What a model costs from a day on."""

    since: date | None
    """UTC; None for the first list of a model."""
    tiers: tuple[Tier, ...]


class PriceTable(msgspec.Struct, frozen=True):
    """The lists of many models."""

    models: dict[str, int]
    """By a model's name: which of ``prices`` are its own."""
    prices: tuple[tuple[PriceList, ...], ...]
    """The lists of one model after the other, each model's in the order of their days."""

    def find(self, model: str, day: date) -> tuple[Tier, ...] | None:
        """The tiers that hold for a model on a UTC day; None when the table does not have the model."""
        place = self.models.get(model)
        if place is None:
            place = self.models.get(_DAY.sub(ANY_DAY, model))
        if place is None:
            return None
        return next(one.tiers for one in reversed(self.prices[place]) if one.since is None or one.since <= day)


class PriceLists:
    """The price lists met so far, by model and UTC day: a list changes at midnight UTC."""

    def __init__(self) -> None:
        """Start without any; the table is read when the first message is priced."""
        self._lists: dict[tuple[str, int], tuple[Tier, ...] | None] = {}
        self._library = PriceLibrary()

    def cost_usd(self, messages: Iterable[PricedMessage]) -> float | None:
        """The sum in US dollars; None when there is no message or any of them cannot be priced."""
        total = Decimal(0)
        count = 0
        for message in messages:
            price = self._price(message)
            if price is None:
                return None
            total += price
            count += 1
        return float(round(total, 9)) if count else None

    def _price(self, message: PricedMessage) -> Decimal | None:
        if message.model is None or message.at_ms is None or message.input is None or message.output is None:
            return None
        key = (message.model, message.at_ms // DAY_MS)
        if key not in self._lists:
            at = datetime.fromtimestamp(message.at_ms // 1000, UTC)
            self._lists[key] = _table().find(message.model, at.date()) or self._library.find(message.model, at)
        tiers = self._lists[key]
        if tiers is None:
            return None
        given = message.input + message.cache_read + message.cache_creation
        tier = tiers[bisect_right(tiers, given, key=_START) - 1]
        return (
            tier.base
            + tier.input * (message.input - tier.start)
            + tier.output * message.output
            + tier.cache_read * message.cache_read
            + tier.cache_creation * message.cache_creation
        )


class PriceLibrary:
    """``genai-prices``, asked for the tiers of each of its lists once."""

    def __init__(self) -> None:
        """Ask nothing yet; the library is imported with the first question."""
        self._by_model_price: dict[int, tuple[Tier, ...]] = {}

    def find(self, model: str, at: datetime) -> tuple[Tier, ...] | None:
        """The tiers of the price list that holds for a model at a time; None without one."""
        found = _ask(model, at, 0, 0, 0, 0)
        if found is None:
            return None
        known = id(found.model_price)
        if known not in self._by_model_price:
            starts = {
                tier.start + 1 for price in vars(found.model_price).values() for tier in getattr(price, "tiers", ())
            }
            tiers = [_read_tier(model, at, start) for start in (0, *sorted(starts))]
            self._by_model_price[known] = tuple(tier for tier in tiers if tier is not None)
        return self._by_model_price[known] or None


@functools.cache
def _table() -> PriceTable:
    return msgspec.json.decode(TABLE.read_bytes(), type=PriceTable)


def _read_tier(model: str, at: datetime, start: int) -> Tier | None:
    points = [(0, 0, 0, 0), (_STEP, 0, 0, 0), (0, _STEP, 0, 0), (0, 0, _STEP, 0), (0, 0, 0, _STEP)]
    asked = [_ask(model, at, start + input_, output, read, written) for input_, output, read, written in points]
    prices = [found.total_price for found in asked if found is not None]
    if len(prices) != len(points):
        return None
    base, *others = prices
    return Tier(start, base, *[(price - base) / _STEP for price in others])


def _ask(model: str, at: datetime, input_: int, output: int, cache_read: int, cache_creation: int) -> Any:
    """The library's calculation for one message; None when it does not know the model."""
    from genai_prices import Usage, calc_price

    usage = Usage(
        input_tokens=input_ + cache_read + cache_creation,
        output_tokens=output,
        cache_read_tokens=cache_read,
        cache_write_tokens=cache_creation,
    )
    try:
        return calc_price(usage, model, provider_id="anthropic", genai_request_timestamp=at)
    except LookupError:
        return None
    except ValueError:
        logging.getLogger(__name__).debug("price tables reject the usage of %s", model)
        return None
