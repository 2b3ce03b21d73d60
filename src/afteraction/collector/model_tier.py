"""The tier of a model as reports name it, told from its id alone: new models keep appearing, and a table would lag."""

from __future__ import annotations

_FAMILIES = ("haiku", "sonnet", "opus")


def model_tier(model: str | None) -> str | None:
    """haiku, sonnet or opus, else the family as the model id names it: ``claude-fable-5`` → ``fable``."""
    if model is None:
        return None
    parts = model.lower().replace("[", "-").split("-")
    known = next((part for part in parts if part in _FAMILIES), None)
    words = (part for part in parts if part.isalpha() and part != "claude")
    return known or next(words, None)
