"""Write ``docs/acceptance.md`` from the rules and their score: ``python -m docs.generate_acceptance``.

The table comes from the product, the figures from the labelled set, which is judged while the page is written.
"""

from __future__ import annotations

from pathlib import Path

from afteraction.collector.acceptance import RULES
from afteraction.collector.corrections import EXAMPLES
from benchmarks.acceptance_score import labelled, scores, share
from tests.collector.acceptance_stories import STORIES

PAGE = Path(__file__).parent / "acceptance.md"

HEAD = """\
# Acceptance

<!-- Written by `python -m docs.generate_acceptance` from the rules themselves. Change those, not this page. -->

`user_accepted` says whether the user took the work of an invocation: true, false, or null where nothing tells. What the
user says, `afteraction feedback ID accept|reject`, always stands; `acceptance.source` is then `explicit`. Else it is
inferred from what happened after the invocation had ended: `acceptance.source` is `inferred`, `signal` names the rule,
`at` says when, and `evidence` names the transcript's line. Reports keep the two apart.

An outcome says whether an agent delivered, acceptance whether anybody wanted what it delivered. Of an agent that failed
nothing more is inferred than that the user stopped it.

## The rules

The first that applies decides. Where none does, nothing is inferred.

| | signal | says | it decides when |
|---|---|---|---|
"""

NOTES = """
They look at the main transcript only: at git commands and file changes of the main agent, its calls of agents, and the
user's prompts. Of a prompt nothing is kept but what it was found to be. Commands are read, not run, and only those that
succeeded count. An agent's own commits, and those of other agents, say nothing.

A prompt corrects when it begins with one of a short list of phrases in `collector/corrections.py`, in English and some
forms of German, French and Spanish. Questions and conditions are none.

- Corrections: {yes}.
- None: {no}.

**When it is inferred.** When a session is over, or is imported: while it runs, the collector does not read again what
it has read, and what is missing might have spoken first. A user who resumes the session may change it: the later sign
counts.

**Not seen**: files deleted by `rm` or `git clean`, commits made outside the client, changes by shell commands, a task
given to another agent, and corrections in other words than those listed.

## How good it is

`make acceptance` measures it on {count} invocations: {stories} short sessions made up and labelled by hand
(`tests/collector/acceptance_stories.py`) and every recorded session of the real client. Precision is the share of a
signal's inferences whose judgement the label shares; recall is the share of the invocations labelled with that sign of
which the same was inferred. Behind each stand the counts and the 95 % interval. Whoever wrote the rules wrote the
labels too, and tightened two rules (`redelegated`, `rewritten`) after a first score on the same set: read this as a
check of what the rules mean to do, not as a forecast. For what they do in your sessions, compare with your own
`feedback`.

| signal | precision | recall |
|---|---|---|
"""


def page() -> str:
    """The whole page."""
    rules = "".join(f"| {at} | `{r.signal}` | {r.says} | {r.when} |\n" for at, r in enumerate(RULES, start=1))
    rows = labelled()
    yes, no = ([f"*{text}*" for text, corrects in EXAMPLES if corrects is wanted] for wanted in (True, False))
    notes = NOTES.format(yes=", ".join(yes), no=", ".join(no), count=len(rows), stories=len(STORIES))
    figures = "".join(
        f"| {s.signal} | {share(s.right, s.inferred)} | {share(s.caught, s.shown)} |\n" for s in scores(rows)
    )
    return f"{HEAD}{rules}{notes}{figures}"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page())


if __name__ == "__main__":
    main()
