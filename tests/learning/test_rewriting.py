"""Applying changes what was proposed and not one byte more; undoing gives back every byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from afteraction.learning import rewriting
from afteraction.learning.proposal import Kind, Proposal
from afteraction.learning.rules_file import RulesError, digest
from afteraction.learning.rules_state import Offer, recall, remember, thresholds_moved
from afteraction.moments import epoch_ms
from afteraction.paths import Root
from tests.learning.made_up import rules, write_rules

AT = "2025-10-30T18:00:00.000Z"


def proposal(kind: Kind, before: Any, after: Any, agent: str = "alpha") -> Proposal:
    return Proposal(agent, kind, before=before, after=after, reason="made up", n=40, rate=0.5, low=0.35, high=0.65)


def offered(raw: bytes, *proposals: Proposal) -> Offer:
    return Offer(sha256=digest(raw), at=AT, proposals=proposals)


def changed(raw: bytes, *proposals: Proposal) -> bytes:
    return rewriting.applied_to(Path("agent-rules.json"), raw, offered(raw, *proposals), proposals)


BY_HAND = """\
{ "agents": [
    {"name": "alpha",   "auto_activate": true, "model_tier": "sonnet", "score": 2.50, "note": "f\\u00fcr",
      "triggers": {"keywords": ["Login", "API"], "file_patterns": null}, "confidence_threshold": 0.70},
    {"name": "bare"}
  ] }
"""


@pytest.mark.parametrize(
    ("kind", "before", "after", "old", "new"),
    [
        ("threshold", 0.7, 0.74, '"confidence_threshold": 0.70', '"confidence_threshold": 0.74'),
        ("tier", "sonnet", "opus", '"model_tier": "sonnet"', '"model_tier": "opus"'),
        ("retire agent", True, False, '"auto_activate": true', '"auto_activate": false'),
        ("add keyword", None, "größe", '["Login", "API"]', '["Login", "API", "größe"]'),
        ("drop keyword", "Login", None, '["Login", "API"]', '["API"]'),
        ("add file pattern", None, "src/**", '"file_patterns": null', '"file_patterns": ["src/**"]'),
    ],
)
def test_each_kind_changes_its_value_alone(kind: Kind, before: Any, after: Any, old: str, new: str) -> None:
    """Spacing, escapes and the way numbers are written stay wherever nothing was proposed."""
    for text in (BY_HAND, BY_HAND.replace("\n", "\r\n"), "\ufeff" + BY_HAND):
        done = changed(text.encode(), proposal(kind, before, after)).decode()
        assert _squeezed(done) == _squeezed(text.replace(old, new))
        assert done.count("\n") - text.count("\n") in {0, 2}


def _squeezed(text: str) -> str:
    """Without the white space inside lists, which an inserted item may bring."""
    return "".join(text.split())


def test_triggers_that_are_not_there_are_made() -> None:
    """An agent with nothing but a name can be given a keyword and a pattern."""
    done = json.loads(
        changed(
            BY_HAND.encode(),
            proposal("add keyword", None, "x", "bare"),
            proposal("add file pattern", None, "y", "bare"),
        )
    )

    assert done["agents"][1] == {"name": "bare", "triggers": {"keywords": ["x"], "file_patterns": ["y"]}}
    assert done["agents"][0] == json.loads(BY_HAND)["agents"][0]


@pytest.mark.parametrize("entry", ['{"name": "bare"}', '{"name": "bare", "model_tier": null}'])
def test_a_tier_is_named_where_none_was(entry: str) -> None:
    """No key, or null at it, is the same: the agent has the tier afterwards, and nothing else is new."""
    done = changed(BY_HAND.replace('{"name": "bare"}', entry).encode(), proposal("tier", None, "opus", "bare"))

    assert json.loads(done)["agents"] == [json.loads(BY_HAND)["agents"][0], {"name": "bare", "model_tier": "opus"}]


def test_an_added_agent_comes_last_and_the_rest_stays() -> None:
    """What is written before it keeps its bytes."""
    done = changed(BY_HAND.encode(), proposal("add agent", None, {"name": "new", "auto_activate": False}, "new"))

    assert done.decode().startswith(BY_HAND.partition('{"name": "bare"}')[0] + '{"name": "bare"}')
    assert json.loads(done)["agents"][2] == {"name": "new", "auto_activate": False}


def test_only_some_are_chosen_by_number() -> None:
    """Numbers are those that suggest showed; advice is never applied, and a number of none is an error."""
    offer = offered(b"", proposal("threshold", 0.7, 0.8), proposal("avoid keyword", None, None),
                    proposal("add keyword", None, "x"))  # fmt: skip

    assert [one.kind for one in rewriting.chosen(offer, ())] == ["threshold", "add keyword"]
    assert [one.kind for one in rewriting.chosen(offer, (3,))] == ["add keyword"]
    with pytest.raises(RulesError, match="advice"):
        rewriting.chosen(offer, (2,))
    with pytest.raises(RulesError, match="no proposal 4"):
        rewriting.chosen(offer, (1, 4))


def prepared(tmp_path: Path, *proposals: Proposal) -> tuple[Root, Path, Offer]:
    path = write_rules(tmp_path / "agent-rules.json", rules("alpha", "beta"))
    path.chmod(0o640)
    offer = offered(path.read_bytes(), *proposals)
    root = Root(tmp_path / "telemetry")
    remember(root, path, lambda known: type(known)(offer=offer, applied=known.applied))
    return root, path, offer


def test_applies_are_undone_one_by_one_byte_for_byte(tmp_path: Path) -> None:
    """Two applies, two undos; the mode stays, and nothing is left beside the file."""
    root, path, offer = prepared(tmp_path, proposal("threshold", 0.7, 0.8))
    first = path.read_bytes()
    rewriting.apply(root, path, offer, offer.proposals, at=AT)
    second = path.read_bytes()
    more = offered(second, proposal("drop keyword", "Login", None, "beta"))
    rewriting.apply(root, path, more, more.proposals, at=AT)

    assert path.stat().st_mode & 0o777 == 0o640
    assert len(list(tmp_path.glob("*backup*"))) == 2
    assert recall(root, path).offer is None
    assert thresholds_moved(recall(root, path)) == {"alpha": epoch_ms(AT)}
    rewriting.undo(root, path, at=AT)
    assert path.read_bytes() == second
    rewriting.undo(root, path, at=AT)
    assert path.read_bytes() == first
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["agent-rules.json"]
    with pytest.raises(RulesError, match="nothing is applied"):
        rewriting.undo(root, path, at=AT)
    assert thresholds_moved(recall(root, path)) == {}
    assert [one.undone_at for one in recall(root, path).applied] == [AT, AT]


def test_a_file_that_changed_since_is_not_touched(tmp_path: Path) -> None:
    """Neither apply nor undo writes over what somebody else wrote, nor leaves anything beside it."""
    root, path, offer = prepared(tmp_path, proposal("threshold", 0.7, 0.8))
    write_rules(path, rules("alpha"))
    theirs = path.read_bytes()
    with pytest.raises(RulesError, match="has changed since 'rules suggest'"):
        rewriting.apply(root, path, offer, offer.proposals, at=AT)
    assert path.read_bytes() == theirs
    assert not list(tmp_path.glob("*backup*"))
    assert recall(root, path).applied == ()

    again = offered(theirs, *offer.proposals)
    rewriting.apply(root, path, again, again.proposals, at=AT)
    path.write_bytes(path.read_bytes() + b"\n")
    kept = path.read_bytes()
    with pytest.raises(RulesError, match="has changed since the apply"):
        rewriting.undo(root, path, at=AT)
    assert path.read_bytes() == kept


def test_undo_needs_the_very_backup(tmp_path: Path) -> None:
    """A backup that somebody changed or deleted is named, and the file stays as it is."""
    root, path, offer = prepared(tmp_path, proposal("threshold", 0.7, 0.8))
    made = rewriting.apply(root, path, offer, offer.proposals, at=AT)
    applied = path.read_bytes()
    backup = tmp_path / made.backup
    backup.write_bytes(b"{}")
    with pytest.raises(RulesError, match="not what was there"):
        rewriting.undo(root, path, at=AT)
    backup.unlink()
    with pytest.raises(RulesError, match="is gone"):
        rewriting.undo(root, path, at=AT)
    assert path.read_bytes() == applied


def test_damaged_state_is_no_state(tmp_path: Path) -> None:
    """Whatever lies in ``state/rules.json``, the answer is that nothing was proposed."""
    root, path, _ = prepared(tmp_path, proposal("threshold", 0.7, 0.8))
    root.rules_state.write_bytes(b'{"x": [')

    with pytest.raises(RulesError, match="rules suggest"):
        rewriting.last_offer(recall(root, path))
