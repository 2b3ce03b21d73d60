"""What holds for every text: it never raises, it ends, it takes linear time, and cutting reveals nothing."""

from __future__ import annotations

import importlib
import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afteraction.privacy import context, environment, home, judge, network, personal, redactor, spans, structure
from afteraction.privacy.redactor import Redactor
from afteraction.privacy.rules import table
from afteraction.privacy.spans import KINDS, PLACEHOLDER
from benchmarks.privacy_texts import environment as environment_of
from benchmarks.privacy_texts import innocents, secrets, seeded, worst

if TYPE_CHECKING:
    from collections.abc import Iterator

ENVIRON, ENVIRON_TEXTS = environment_of(seeded(12), 10)
REDACTOR = Redactor(ENVIRON, "/home/somebody")
FALLBACK = Redactor(ENVIRON, "/home/somebody", linear=False)
PIECES = st.sampled_from(
    [*(item.text for item in secrets(seeded(13), 20)), *(item.text for item in ENVIRON_TEXTS), *worst()]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=30)), max_size=6).map("".join)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_redacting_twice_changes_nothing(text: str) -> None:
    """A record may pass the gate more than once."""
    done = REDACTOR.redact(text)

    assert done is not None
    assert REDACTOR.redact(done) == done


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(), max_size=200), st.integers(0, 60))
def test_it_never_raises_and_keeps_the_limit(text: str, limit: int) -> None:
    """Any text, lone surrogates included, is answered."""
    done = REDACTOR.redact_field(text, limit)

    assert done is None or len(done) <= limit
    assert isinstance(REDACTOR.redact_name(text), str)
    assert isinstance(REDACTOR.redact_path(text), str)


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.integers(0, 400))
def test_cutting_never_cuts_a_placeholder(text: str, limit: int) -> None:
    """Redaction comes before truncation: a field is the beginning of the redacted text, up to a whole placeholder."""
    whole, field = REDACTOR.redact(text), REDACTOR.redact_field(text, limit)

    assert whole is not None
    assert field is not None
    assert whole.startswith(field)
    assert len(field) <= limit
    rest = whole[len(field) :]
    assert len(field) in {limit, len(whole)} or PLACEHOLDER.match(rest.encode("utf-8", "surrogatepass"))


def test_truncation_does_not_reveal_what_was_redacted() -> None:
    """A secret across the limit is gone on both sides of it."""
    for item in secrets(seeded(14), 10):
        if item.secret and item.kind != "home name":
            text = "x " * 40 + item.text
            for limit in range(80, 80 + len(item.text)):
                assert item.secret[:12] not in (REDACTOR.redact_field(text, limit) or "")


def test_innocent_texts_stay() -> None:
    """Ids, hashes, paths, lock files, code and logs are what developers need to read."""
    changed = [item.text for item in innocents(seeded(15), 60) if REDACTOR.redact(item.text) != item.text]

    assert changed == []


def test_the_fallback_gives_the_same_answers() -> None:
    """Where google-re2 cannot be had, the standard library finds the same."""
    rng = seeded(16)
    texts = [*secrets(rng, 30), *innocents(rng, 4), *ENVIRON_TEXTS]

    assert not redactor.detectors(linear=False).engine.linear
    assert [FALLBACK.redact(item.text) for item in texts] == [REDACTOR.redact(item.text) for item in texts]


def test_a_missing_google_re2_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the library the redactor still works."""
    real = importlib.import_module

    def without(name: str, package: str | None = None) -> Any:
        if name == "re2":
            raise ImportError(name)
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", without)
    redactor.detectors.cache_clear()
    try:
        assert not redactor.detectors(linear=True).engine.linear
        assert Redactor({}).redact("mail me@there.org") == "mail [REDACTED:email]"
    finally:
        redactor.detectors.cache_clear()


@pytest.mark.parametrize("unit", list(worst()))
@pytest.mark.parametrize("linear", [True, False])
def test_time_grows_with_the_text_and_no_faster(unit: str, *, linear: bool) -> None:
    """Ten times the text takes about ten times as long, whatever it is made of."""
    subject = REDACTOR if linear else FALLBACK
    short = (unit * 3000)[:3000]
    subject.redact(short)

    ratio = min(_seconds(subject, short * 10) / max(_seconds(subject, short), 0.0002) for _ in range(3))

    assert ratio < 25, "ten, and generous room for a busy machine"


def _seconds(subject: Redactor, text: str) -> float:
    """Return the least time of three runs."""
    spent = []
    for _ in range(3):
        start = time.process_time()
        subject.redact(text)
        spent.append(time.process_time() - start)
    return min(spent)


def test_the_number_of_looks_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text dense with findings ends where the looks are used up, with nothing of the rest."""
    monkeypatch.setattr(redactor, "MAX_LOOKS", 5)

    done = Redactor({}).redact("a1@b.org " * 50)

    assert done == "[REDACTED:email] " * 4 + "[REDACTED:overflow]"


def test_a_text_beyond_the_limit_is_cut_not_leaked() -> None:
    """What was not read is not passed on."""
    size = redactor.detectors().engine.max_bytes
    done = Redactor({}).redact("w " * (size // 2 + 10))

    assert done is not None
    assert done.endswith(" [REDACTED:overflow]")
    assert len(done) < size + 40


def test_an_error_inside_drops_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever breaks, the answer is that there is no text, and a name or path becomes a hash."""
    subject = Redactor({})
    monkeypatch.setitem(subject.__dict__, "_scans", (_broken,))

    assert subject.redact("anything") is None
    assert subject.redact_field("anything", 5) is None
    assert subject.redact_name("anything at all").startswith("sha256:")
    assert subject.redact_path("a b/c").startswith("sha256:")


def _broken(data: bytes) -> Iterator[Any]:
    raise ZeroDivisionError(data)


def test_names_and_paths_that_look_like_secrets_become_hashes() -> None:
    """An agent may be called anything; only the component concerned is hidden, always by the same hash."""
    made = "ghp_" + "a1B2c3D4" * 4

    assert REDACTOR.redact_name("backend-architect") == "backend-architect"
    assert REDACTOR.redact_name("a7ff2e7b5321deb91") == "a7ff2e7b5321deb91"
    hashed = REDACTOR.redact_name(made)
    assert hashed.startswith("sha256:")
    assert len(hashed) == len("sha256:") + 16
    assert REDACTOR.redact_path(f"/srv/{made}/x.py") == f"/srv/{hashed}/x.py"
    assert REDACTOR.redact_path("/srv/app/x.py") == "/srv/app/x.py"
    assert made not in REDACTOR.redact_path(f"C:\\x\\{made}.json")


def test_placeholders_name_a_closed_list_of_kinds() -> None:
    """A reader may count placeholders by kind."""
    used = {
        kind.decode()
        for item in secrets(seeded(17), 40)
        for kind in PLACEHOLDER.findall((REDACTOR.redact(item.text) or "").encode())
    }

    assert used
    assert {kind.removeprefix("[REDACTED:").removesuffix("]") for kind in used} <= set(KINDS)
    assert list(KINDS) == sorted(set(KINDS))


def _patterns() -> Iterator[tuple[str, str]]:
    for rule in table():
        yield rule.id, rule.pattern
    for module in (context, environment, home, judge, network, personal, redactor, spans, structure):
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern):
                yield (
                    f"{module.__name__}.{name}",
                    value.pattern if isinstance(value.pattern, str) else str(value.pattern, "latin-1"),
                )
            elif name.isupper() and isinstance(value, str) and not name.startswith("_"):
                yield f"{module.__name__}.{name}", value


@pytest.mark.parametrize(("name", "pattern"), list(_patterns()))
def test_patterns_cannot_backtrack_far(name: str, pattern: str) -> None:
    """No unbounded part is followed by a required one, and none stands inside a repetition without end."""
    parsed = importlib.import_module("re._parser").parse(pattern.encode("latin-1"))

    assert _linear(parsed), name


def _linear(parsed: Any) -> bool:
    """Tell whether what follows an unbounded repetition is optional, in every branch."""
    open_run = False
    for op, argument in parsed:
        kind = str(op)
        required = kind in {"LITERAL", "IN", "ANY", "NOT_LITERAL"} or (
            kind in {"MAX_REPEAT", "MIN_REPEAT"} and argument[0] > 0
        )
        if open_run and required:
            return False
        if kind in {"MAX_REPEAT", "MIN_REPEAT"}:
            low, high, body = argument
            unbounded = str(high) == "MAXREPEAT"
            if (unbounded and _has_run(body)) or not _linear(body):
                return False
            open_run |= unbounded or (_has_run(body) and low > 0)
        elif kind == "SUBPATTERN":
            if not _linear(argument[-1]):
                return False
            open_run |= _has_run(argument[-1])
        elif kind == "BRANCH" and not all(_linear(branch) for branch in argument[1]):
            return False
    return True


def _has_run(parsed: Any) -> bool:
    """Tell whether a pattern has an unbounded repetition anywhere."""
    return "MAXREPEAT" in str(list(parsed))


def test_a_session_s_id_is_never_hashed_by_chance() -> None:
    """Some UUIDs contain the digits of a valid card; a UUID that is a secret of the environment still goes."""
    card_like = "00277314-7034-4755-aa70-0c751859b6c3"

    assert Redactor({}).redact_name(card_like) == card_like
    assert Redactor({}).redact_path(f"/p/{card_like}.jsonl") == f"/p/{card_like}.jsonl"
    assert Redactor({"HOSTING_API_KEY": card_like}).redact_name(card_like).startswith("sha256:")
