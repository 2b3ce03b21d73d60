"""The score is a check: a missed target is seen, by people and by whoever started it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.privacy_score import CORPUS_TARGETS, score_corpus

if TYPE_CHECKING:
    from pathlib import Path


def corpus(folder: Path, *rows: dict[str, Any]) -> Path:
    """A file of labelled texts."""
    path = folder / "corpus.jsonl"
    path.write_text("".join(json.dumps({"id": str(number), **row}) + "\n" for number, row in enumerate(rows)))
    return path


def labelled(text: str, secret: str) -> dict[str, Any]:
    """A row whose secret has to go."""
    start = text.index(secret)
    spans = [[start, start + len(secret), "x"]]
    return {"corpus": "wrapped_secrets", "text": text, "spans": spans, "cls": ["contextual"]}


def test_a_class_inside_its_target_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every line says how many, how well, and which target it is held to."""
    rows = (labelled("password=k3kX9q2w", "k3kX9q2w"), {"corpus": "benign_paths", "text": "src/a.py", "spans": []})

    assert score_corpus(corpus(tmp_path, *rows))
    printed = capsys.readouterr().out
    assert "wrapped: contextual" in printed
    assert "MISSED" not in printed


@pytest.mark.parametrize(
    "row",
    [
        labelled("it is a plain word, welcome", "welcome"),
        {"corpus": "benign_paths", "text": "/srv/jane.doe@acme-widgets.org/x", "spans": []},
    ],
    ids=["secret left", "innocent text altered"],
)
def test_a_missed_target_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str], row: dict[str, Any]) -> None:
    """What is left of a secret counts, and so does an innocent text that was spoilt."""
    assert not score_corpus(corpus(tmp_path, row))
    assert "MISSED" in capsys.readouterr().out


def test_every_class_that_is_promised_has_a_target() -> None:
    """The classes that a hidden corpus is scored by cannot go without."""
    assert {f"{ours}: {kind}" for ours in ("wrapped", "third party") for kind in ("prefixed", "contextual")} <= set(
        CORPUS_TARGETS
    )
