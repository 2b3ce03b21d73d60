"""Write ``docs/outcomes.md`` from the rules that decide: ``python -m docs.generate_outcomes``.

Rules, order, statuses and evidence come from the product and from recorded sessions that are judged while the page is
written, so that the page cannot say anything else than the code does. Only what is easily confused is prose, and stands
here, one entry for each category.
"""

from __future__ import annotations

import re
import tempfile
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from afteraction.collector.outcome import CATEGORIES, Category
from afteraction.collector.outcome_rules import RULES
from tests.collector.outcome_cases import CASES
from tests.collector.recorded_endings import endings

if TYPE_CHECKING:
    from afteraction.collector.outcome_rules import Rule

PAGE = Path(__file__).parent / "outcomes.md"
NUMBERS = {rule.name: number for number, rule in enumerate(RULES, start=1)}
BY_NAME = {rule.name: rule for rule in RULES}

CONFUSED: dict[Category, str] = {
    "completed": "Whether the answer is good is another question: see `user_accepted`. Tools that failed, or that a "
    "rule or hook denied, change nothing here; they count in `tool_errors`.",
    "api_error": "An error that a retry overcame leaves no trace. The client calls many of these `completed`.",
    "rate_limited": "Only limits (`rate_limit`, HTTP 429). An overloaded server (529) is `api_error`.",
    "context_exceeded": "An agent that compacted its context and went on is `completed`.",
    "refused": "Where the client refuses to start an agent it is `not_started`, where the user refuses it a tool "
    "`tool_denied`.",
    "timeout": "A slow tool inside the agent is no timeout.",
    "not_started": "A spawn call that a hook, a permission for the whole tool, or the user denied is no invocation: "
    "its workflow counts it in `denied`.",
    "interrupted": "An agent in the background that its client left behind is `abandoned`; one whose client was killed "
    "is `killed`.",
    "killed": "A client that ended in order, with a SessionEnd, kills nothing: see `interrupted` and `abandoned`.",
    "crashed": "With an API error it is `api_error` or its kin.",
    "vanished": "With a transcript that just stops it would be `interrupted`, `killed` or `abandoned`.",
    "abandoned": "Nobody stopped it. It is `partial` when it had modified files, because part of its work lies "
    "in them.",
    "turn_limit": "This is the agent's own limit, `maxTurns`. The limit of the main thread, `--max-turns`, is not.",
    "truncated": "It is `partial` when part of an answer is there, `failure` when the API gave up with "
    "`max_output_tokens`.",
    "empty_answer": "A turn limit leaves no answer either, and is `turn_limit`.",
    "error_text": "It lacks the client's mark of an API error; with the mark it is `api_error` or its kin.",
    "tool_denied": "Only the user's own No counts; that of a rule, a hook or a missing permission does not.",
}
"""What each category is not, for people."""

FORMS: tuple[tuple[str, str], ...] = (
    ("transcript line UUID: ", "the line of the agent's transcript with this `uuid`, and what it says"),
    ("transcript: ", "something about the transcript as a whole: what it ends on, or that there is none"),
    ("hook EVENT: ", "a hook event that came, or was not seen"),
    ("notification: ", "what the client told the parent about a background agent"),
    ("call TaskStop: ", "a TaskStop call in the session"),
    ("spawn call: ", "how the Agent (Task, Skill) call that started it came back"),
    ("parent: ", "what the parent's transcript shows"),
    ("process: ", "whether the client still runs"),
    ("session: ", "how long its files have been silent"),
    ("it had modified files", "why an abandoned agent is `partial`"),
)
"""How a piece of evidence begins, and what it speaks of."""

HEAD = """\
# Outcomes

<!-- Written by `python -m docs.generate_outcomes` from the rules themselves. Change those, not this page. -->

Every record says why it has its status: `outcome.category` is one of {count} words, and `outcome.evidence` names the
events and transcript lines that decided. The client's word "completed" decides nothing: it says so of API errors, turn
limits and empty answers too.

## How it is decided

The agent's transcript is the evidence; hooks and notifications are claims about it. Only the last round counts: an
agent that was messaged again is judged by how it ended then. The rules are asked in this order, and the first that
applies decides. While none applies, the agent still runs and has no record. Better evidence that comes later corrects
a record.

| | it decides when | category | status |
|---|---|---|---|
"""

LEAD = """
## The categories

In italics: a recorded session of the real client that shows it, and one that only looks alike. What was taken out of a
recording, to show a rarer ending, is said beside it.

"""

EVIDENCE = """\
## Evidence

Fixed words, line ids and the client's own codes, never text of the session. UUID and EVENT stand for an id and a name.

| a piece of evidence begins with | and speaks of |
|---|---|
"""

PARTS = """\
## When a part is missing

**Transcripts alone** (an import, or a time without hooks) give the same categories. Only hooks know that a session
ended in order, and whether its client still runs. Without them, half an hour of silence is taken for the end, and what
the transcript ends on tells the rest: inside a tool call it reads `killed`, after a tool's result `interrupted`, or
`abandoned` where an older client left it in the background. So a client that was killed between two steps reads
`interrupted`, and what an older client left behind inside a tool call reads `killed`.

**Hooks alone** (the transcripts are gone): a StopFailure names the kind of API error. A SubagentStop is believed, and
the evidence says that there was nothing to read. The client's `completed` is not: without a SubagentStop the agent is
`vanished`.

**The agent's transcript is gone and its parent's is there**: what the parent was given decides: an answer, no text, or
the client's error text.
"""


def page() -> str:
    """The whole page."""
    rules = "".join(f"| {NUMBERS[rule.name]} | {rule.when} | `{rule.category}` | {_status(rule)} |\n" for rule in RULES)
    with tempfile.TemporaryDirectory() as folder:
        categories = "\n".join(_category(category, Path(folder)) for category in CATEGORIES)
    forms = "".join(f"| `{form.strip()}` | {meaning} |\n" for form, meaning in FORMS)
    head = HEAD.format(count=len(CATEGORIES))
    return f"{head}{rules}{LEAD}{categories}\n{EVIDENCE}{forms}\n{PARTS}"


def _category(category: Category, folder: Path) -> str:
    rules = [rule for rule in RULES if rule.category == category]
    statuses = " or ".join(dict.fromkeys(s for rule in rules for s in (rule.status, rule.status_if_edited) if s))
    shown = "".join(_shown(rule, folder / rule.name) for rule in rules)
    meaning = _wrapped(f"{CATEGORIES[category]} {CONFUSED[category]}")
    return f"### `{category}`: {statuses}\n\n{meaning}\n{shown}"


def _shown(rule: Rule, folder: Path) -> str:
    """The rule's case with the evidence it really gives, and its counter-case."""
    pair = CASES[rule.name]
    (seen,) = endings(pair.falls, folder)
    evidence = ", ".join(f"`{_general(one)}`" for one in (seen.verdict.evidence if seen.verdict else ()))
    for_it = f"- Rule {NUMBERS[rule.name]}: *{pair.falls.words}*. Evidence: {evidence}."
    return _wrapped(f"{for_it} Not: *{pair.alike.words}*, {_instead(pair.instead)}.")


def _instead(name: str) -> str:
    rule = BY_NAME.get(name)
    return f"which is `{rule.category}` by rule {NUMBERS[name]}" if rule else f"which is {name}"


def _status(rule: Rule) -> str:
    return rule.status if rule.status_if_edited is None else f"{rule.status}; {rule.status_if_edited} after an edit"


def _general(evidence: str) -> str:
    """A piece of evidence without the id of its line."""
    head, colon, rest = evidence.partition(": ")
    return f"transcript line UUID{colon}{rest}" if head.startswith("transcript line ") else evidence


def _wrapped(text: str) -> str:
    """Lines of at most 120 characters, none broken inside code."""
    unbroken = re.sub("`[^`]*`", lambda code: code[0].replace(" ", "\0"), text)
    wide = textwrap.fill(unbroken, 120, subsequent_indent="  " * text.startswith("- "), break_on_hyphens=False)
    return wide.replace("\0", " ") + "\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page())


if __name__ == "__main__":
    main()
