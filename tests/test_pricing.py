"""What tokens cost: the same as the price tables say, asked for each message alone."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from genai_prices import Usage, calc_price
from genai_prices.data import providers
from hypothesis import given, settings
from hypothesis import strategies as st

from afteraction.pricing import PricedMessage, PriceLists

MODELS = sorted(model.id for provider in providers if provider.id == "anthropic" for model in provider.models)
NOON = 1_780_315_200_000
"""2026-06-01T12:00:00Z, epoch ms."""
TIER = 200_000
"""Where the longer prompts of some models get dearer."""
COUNTS = st.one_of(
    st.integers(0, 2_000_000),
    st.sampled_from([0, 1, 999, 1000, TIER - 1, TIER, TIER + 1, 5 * TIER]),
)
MOMENTS = st.integers(1_704_067_200_000, 1_830_297_600_000)
"""2024 to 2027."""
MESSAGES = st.builds(
    PricedMessage,
    model=st.sampled_from(MODELS),
    at_ms=MOMENTS,
    input=COUNTS,
    output=COUNTS,
    cache_read=COUNTS,
    cache_creation=COUNTS,
)
SHARED = PriceLists()
"""Kept from example to example, as an import keeps it from session to session."""


def said(message: PricedMessage) -> Decimal | None:
    """What the tables say of one message; None when they do not price what it used."""
    assert message.model is not None
    assert message.at_ms is not None
    at = datetime.fromtimestamp(message.at_ms / 1000, UTC)
    usage = Usage(
        input_tokens=(message.input or 0) + message.cache_read + message.cache_creation,
        output_tokens=message.output,
        cache_read_tokens=message.cache_read,
        cache_write_tokens=message.cache_creation,
    )
    priced = calc_price(usage, message.model, provider_id="anthropic", genai_request_timestamp=at)
    return priced.total_price


@settings(max_examples=400, deadline=None)
@given(st.lists(MESSAGES, min_size=1, max_size=4))
def test_a_cost_is_the_sum_of_what_the_tables_say_of_each_message(messages: list[PricedMessage]) -> None:
    """For every model, tier and date: reading a price list's slopes once changes no cost."""
    parts = [said(message) for message in messages]
    total = sum((part for part in parts if part is not None), Decimal(0))

    assert SHARED.cost_usd(messages) == pytest.approx(float(total), abs=1e-9)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("given_tokens", [1, TIER, TIER + 1])
def test_every_model_of_the_tables_has_its_price(model: str, given_tokens: int) -> None:
    """Each model is priced on both sides of the limit where longer prompts may get dearer."""
    message = PricedMessage(model, NOON, given_tokens, 10, 0, 0)

    assert PriceLists().cost_usd([message]) == pytest.approx(float(said(message) or 0), abs=1e-9)


def test_a_price_list_holds_from_its_first_day() -> None:
    """A message is priced by the list of its own day, not by that of today or of the message before it."""
    lists = PriceLists()
    dearer_until = round(datetime(2026, 3, 13, tzinfo=UTC).timestamp() * 1000)
    before, after = (
        lists.cost_usd([PricedMessage("claude-opus-4-6", at, 300_000, 0, 0, 0)])
        for at in (dearer_until - 1, dearer_until)
    )

    assert (before, after) == (3.0, 1.5)


@pytest.mark.parametrize(
    "message",
    [
        PricedMessage("no-such-model", NOON, 1, 1, 0, 0),
        PricedMessage("", NOON, 1, 1, 0, 0),
        PricedMessage(None, NOON, 1, 1, 0, 0),
        PricedMessage("claude-opus-4-5", None, 1, 1, 0, 0),
        PricedMessage("claude-opus-4-5", NOON, None, 1, 0, 0),
        PricedMessage("claude-opus-4-5", NOON, 1, None, 0, 0),
    ],
)
def test_what_cannot_be_priced_has_no_cost(message: PricedMessage) -> None:
    """Unknown is None, never 0, and one message that cannot be priced makes the sum unknown."""
    known = PricedMessage("claude-opus-4-5", NOON, 1000, 1000, 0, 0)

    assert PriceLists().cost_usd([message]) is None
    assert PriceLists().cost_usd([known, message]) is None
    assert PriceLists().cost_usd([]) is None
