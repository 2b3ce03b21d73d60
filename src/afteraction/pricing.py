"""What tokens cost, from the ``genai-prices`` tables, offline.

Priced per API message and then summed: price tiers apply to one call, never to a sum. A model without a known price
has no cost, not a cost of zero.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class PricedMessage:
    """Token counts of one API message; ``input`` does not include what the cache served or took."""

    model: str | None
    at: datetime | None
    input: int | None
    output: int | None
    cache_read: int
    cache_creation: int


def cost_usd(messages: Iterable[PricedMessage]) -> float | None:
    """The sum in US dollars; None when there is no message or any of them cannot be priced."""
    total = Decimal(0)
    count = 0
    for message in messages:
        price = _price(message)
        if price is None:
            return None
        total += price
        count += 1
    return float(round(total, 9)) if count else None


def _price(message: PricedMessage) -> Decimal | None:
    from genai_prices import Usage, calc_price

    if message.model is None or message.at is None or message.input is None or message.output is None:
        return None
    usage = Usage(
        input_tokens=message.input + message.cache_read + message.cache_creation,
        output_tokens=message.output,
        cache_read_tokens=message.cache_read,
        cache_write_tokens=message.cache_creation,
    )
    try:
        found = calc_price(usage, message.model, provider_id="anthropic", genai_request_timestamp=message.at)
    except LookupError:
        return None
    except ValueError:
        logging.getLogger(__name__).debug("price tables reject the usage of %s", message.model)
        return None
    return found.total_price
