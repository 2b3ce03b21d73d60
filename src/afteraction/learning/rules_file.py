"""Read ``agent-rules.json``: the rules by which an Oak-style agent set decides which agent to activate.

Only what proposals need is looked at, and what is missing gets the default said here: the file belongs to others, who
add keys of their own. A known key with a value of the wrong kind is an error, for it was meant to say something.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from afteraction.errors import AfteractionError, NotFoundError
from afteraction.sources.claude import json_text

if TYPE_CHECKING:
    from pathlib import Path

FLOOR, CEILING, FEEDBACK_WEIGHT = 0.5, 0.95, 0.1
"""What ``learning_config`` means where it does not say."""
_WHOLE = 1.0


class RulesError(AfteractionError):
    """The rules file holds something else than rules, or may not be changed now."""


@dataclass(frozen=True, slots=True)
class AgentRule:
    """One entry of ``agents``, as far as proposals look at it."""

    name: str
    auto_activate: bool
    keywords: tuple[str, ...]
    """Of its triggers, as written."""
    file_patterns: tuple[str, ...]
    threshold: float | None
    """``confidence_threshold``, 0 to 1; None when it has none."""
    model_tier: str | None
    """As written; None when it has none."""


@dataclass(frozen=True, slots=True)
class Rules:
    """A whole rules file."""

    agents: tuple[AgentRule, ...]
    adjust: bool
    """``adjust_thresholds_dynamically``."""
    floor: float
    """No proposed threshold is below it."""
    ceiling: float
    feedback_weight: float
    """How far a threshold moves for a whole unit of difference: 0.1 moves it 0.03 for 30 points."""


def digest(raw: bytes) -> str:
    """The SHA-256 of a file's bytes, by which a later change is noticed."""
    return hashlib.sha256(raw).hexdigest()


def read_raw(path: Path) -> bytes:
    """The file's bytes. NotFoundError where there is none, RulesError when it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise NotFoundError(f"there is no {path}; say where the rules lie with --file") from None
    except OSError as error:
        raise RulesError(f"{path} cannot be read: {error.strerror}") from error


def document(path: Path, raw: bytes) -> dict[str, Any]:
    """The JSON object in a rules file, every key as it is; RulesError says what is wrong and where."""
    try:
        found = json_text.parse(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise RulesError(f"{path} is not UTF-8 text ({error}); convert it, then run again") from error
    except json_text.DuplicateKeyError as error:
        raise RulesError(f"{path}: {error}; keep one, then run again") from error
    except ValueError as error:
        raise RulesError(f"{path} is not JSON: {error}; mend it, then run again") from error
    except RecursionError:
        raise RulesError(f"{path} is nested too deeply to be rules; say where the rules lie with --file") from None
    if not isinstance(found, dict) or not isinstance(found.get("agents"), list):
        raise RulesError(f'{path} has no list "agents"; it must hold {{"agents": [{{"name": …}}, …]}}')
    return found


def parse_rules(path: Path, raw: bytes) -> Rules:
    """The rules in a file's bytes; RulesError names the key that holds the wrong thing."""
    whole = document(path, raw)
    config = _object(path, whole, "learning_config", "")
    agents = [_agent(path, entry, f"agents[{at}]") for at, entry in enumerate(whole["agents"])]
    names = [agent.name for agent in agents]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise RulesError(f"{path} names {twice[0]!r} twice under agents; keep one entry, then run again")
    where = "learning_config."
    floor = _share(path, config, "min_confidence_floor", where)
    ceiling = _share(path, config, "max_confidence_ceiling", where)
    weight = _share(path, config, "feedback_weight", where)
    found = Rules(
        agents=tuple(agents),
        adjust=_flag(path, config, "adjust_thresholds_dynamically", where),
        floor=FLOOR if floor is None else floor,
        ceiling=CEILING if ceiling is None else ceiling,
        feedback_weight=FEEDBACK_WEIGHT if weight is None else weight,
    )
    if found.floor > found.ceiling:
        raise RulesError(f"{path}: min_confidence_floor {found.floor} is above max_confidence_ceiling {found.ceiling}")
    return found


def _agent(path: Path, entry: Any, where: str) -> AgentRule:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str) or not entry["name"].strip():
        raise RulesError(f'{path}: {where} has no "name"; give every agent one')
    triggers = _object(path, entry, "triggers", f"{where}.")
    return AgentRule(
        name=entry["name"],
        auto_activate=_flag(path, entry, "auto_activate", f"{where}."),
        keywords=_texts(path, triggers, "keywords", f"{where}.triggers."),
        file_patterns=_texts(path, triggers, "file_patterns", f"{where}.triggers."),
        threshold=_share(path, entry, "confidence_threshold", f"{where}."),
        model_tier=_text(path, entry, "model_tier", f"{where}."),
    )


def _object(path: Path, holder: dict[str, Any], key: str, where: str) -> dict[str, Any]:
    value = holder.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _wrong(path, f"{where}{key}", "an object")
    return value


def _texts(path: Path, holder: dict[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = holder.get(key)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _wrong(path, f"{where}{key}", "a list of texts")
    return tuple(value)


def _text(path: Path, holder: dict[str, Any], key: str, where: str) -> str | None:
    value = holder.get(key)
    if value is not None and not isinstance(value, str):
        raise _wrong(path, f"{where}{key}", "a text")
    return value


def _flag(path: Path, holder: dict[str, Any], key: str, where: str) -> bool:
    value = holder.get(key)
    if value is not None and not isinstance(value, bool):
        raise _wrong(path, f"{where}{key}", "true or false")
    return bool(value)


def _share(path: Path, holder: dict[str, Any], key: str, where: str) -> float | None:
    value = holder.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _WHOLE:
        raise _wrong(path, f"{where}{key}", "a number from 0 to 1")
    return float(value)


def _wrong(path: Path, key: str, wanted: str) -> RulesError:
    return RulesError(f"{path}: {key} must be {wanted}; mend it, then run again")
