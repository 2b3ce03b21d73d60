"""Write ``docs/task-types.md`` from the rules themselves: ``python -m docs.generate_task_types``."""

from __future__ import annotations

from pathlib import Path

from afteraction.task_types import MEANINGS, RULES, task_type

PAGE = Path(__file__).parent / "task-types.md"
PLACES = {"first": "begins with", "any": "contains", "tools": "no word told, and it used"}
EXAMPLES = (
    "Explore the auth module", "Find usages of parseDate", "Fix failing login tests", "Investigate flaky build",
    "Write unit tests for cart", "Security review of auth", "Add dark mode toggle", "Update README",
    "Rename User to Account", "Design the export API", "Job",
)  # fmt: skip

HEAD = """\
# Task types

<!-- Written by `python -m docs.generate_task_types` from the rules themselves. Change those, not this page. -->

Success by agent alone compares an agent that explores with one that debugs. So every invocation has a task type:

{meanings}
It follows from the description of the task and the tools used, by the table below: the first line that is true decides.
The agent's name is not looked at. A word also counts with -s, -es, -d, -ed and -ing.

| | the description | type |
|---|---|---|
{rules}
Without any of these it is `other`. A description in another language than English is told by its tools only.

The type is computed when a record is indexed, and stands in no record of ours. A record whose writer gave it a
`task_type` keeps that. When the table changes, the cache is made anew and all past invocations follow; in a lake,
each machine's at its next push.

Examples: {examples}.
"""


def page() -> str:
    """The whole page."""
    meanings = "".join(f"- `{name}`: {meaning}\n" for name, meaning in MEANINGS.items())
    rules = "".join(
        f"| {number} | {PLACES[rule.place]} {', '.join(sorted(rule.words))} | `{rule.task_type}` |\n"
        for number, rule in enumerate(RULES, start=1)
    )
    examples = ",\n".join(f"*{words}* is `{task_type(words, ())}`" for words in EXAMPLES)
    return HEAD.format(meanings=meanings, rules=rules, examples=examples)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
