"""The rules file belongs to others: what we do not know is left alone, what is wrong is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from afteraction.errors import AfteractionError, NotFoundError
from afteraction.learning.rules_file import AgentRule, RulesError, parse_rules, read_raw
from tests.learning.made_up import rules

PATH = Path("agent-rules.json")


def parsed(content: Any) -> Any:
    return parse_rules(PATH, json.dumps(content).encode())


def test_what_is_there_is_read() -> None:
    """Every key that proposals need arrives, among keys of others."""
    found = parsed(rules("alpha"))

    assert found.agents == (
        AgentRule("alpha", True, ("Login",), ("*.py", "src/**/*", "web/**", "*.tsx"), 0.7, "sonnet"),  # noqa: FBT003
    )
    assert (found.adjust, found.floor, found.ceiling, found.feedback_weight) == (False, 0.6, 0.9, 0.2)


def test_what_is_missing_has_a_default() -> None:
    """A name is all that an agent needs; null is the same as absent; a byte order mark is no fault."""
    raw = b"\xef\xbb\xbf" + json.dumps({"agents": [{"name": "a", "triggers": None}]}).encode()
    found = parse_rules(PATH, raw)

    assert found.agents == (AgentRule("a", False, (), (), None, None),)  # noqa: FBT003
    assert (found.adjust, found.floor, found.ceiling, found.feedback_weight) == (False, 0.5, 0.95, 0.1)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ([], 'no list "agents"'),
        ({}, 'no list "agents"'),
        ({"agents": {"alpha": {}}}, 'no list "agents"'),
        ({"agents": [{"name": "a"}, {"title": "b"}]}, 'agents[1] has no "name"'),
        ({"agents": ["alpha"]}, 'agents[0] has no "name"'),
        ({"agents": [{"name": "a"}, {"name": "a"}]}, "names 'a' twice"),
        ({"agents": [{"name": "a", "auto_activate": "yes"}]}, "agents[0].auto_activate must be true or false"),
        ({"agents": [{"name": "a", "confidence_threshold": 70}]}, "agents[0].confidence_threshold must be a number"),
        ({"agents": [{"name": "a", "confidence_threshold": True}]}, "agents[0].confidence_threshold must be a number"),
        ({"agents": [{"name": "a", "model_tier": 3}]}, "agents[0].model_tier must be a text"),
        ({"agents": [{"name": "a", "triggers": []}]}, "agents[0].triggers must be an object"),
        ({"agents": [{"name": "a", "triggers": {"keywords": "x"}}]}, "agents[0].triggers.keywords must be a list"),
        ({"agents": [], "learning_config": {"feedback_weight": -1}}, "learning_config.feedback_weight must be"),
        ({"agents": [], "learning_config": {"min_confidence_floor": 0.99}}, "above max_confidence_ceiling"),
    ],
)
def test_what_is_wrong_is_named(content: Any, told: str) -> None:
    """The message says which file, which key, and what belongs there."""
    with pytest.raises(RulesError) as error:
        parsed(content)

    assert str(error.value).startswith("agent-rules.json")
    assert told in str(error.value)


def test_a_key_that_stands_twice_is_refused() -> None:
    """Readers would disagree about which one counts, and an edit might change the other."""
    with pytest.raises(RulesError, match='"agents" stands twice'):
        parse_rules(PATH, b'{"agents": [], "agents": []}')


@pytest.mark.parametrize("raw", [b"", b"{", b'{"agents": [], "x": NaN}', b"\xff\xfe", b"[" * 200_000])
def test_what_is_no_json_is_an_error_and_no_crash(raw: bytes) -> None:
    """Whatever bytes lie there, the message names the file."""
    with pytest.raises(RulesError, match=r"agent-rules\.json"):
        parse_rules(PATH, raw)


def test_no_file_and_no_permission_are_told_apart(tmp_path: Path) -> None:
    """A missing file says how to name another; a folder in its place cannot be read."""
    with pytest.raises(NotFoundError, match="--file"):
        read_raw(tmp_path / "agent-rules.json")
    with pytest.raises(AfteractionError, match="cannot be read"):
        read_raw(tmp_path)
