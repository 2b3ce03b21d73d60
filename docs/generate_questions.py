"""Write ``docs/questions.md`` from the questions themselves: ``python -m docs.generate_questions``.

What a question counts stands at the head of its SQL, what a column means beside the field that carries it; the page
repeats both, so that there is no third text which could differ.
"""

from __future__ import annotations

import ast
import re
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

import afteraction.analytics

PAGE = Path(__file__).parent / "questions.md"
FOLDER = Path(afteraction.analytics.__file__).parent
COMMANDS = {
    "agents": "agents",
    "summary": "agents",
    "task_types": "agents --by task-type",
    "breakdown": "agent NAME",
    "recent": "agent NAME",
    "edits": "agent NAME",
    "failure_totals": "failures",
    "failure_clusters": "failures",
    "concentration": "failures --where",
    "rejected": "failures",
    "quality": "quality",
    "quality_trend": "quality AGENT",
    "usage": "usage",
    "busy_hours": "usage",
    "pairs": "pairs",
    "sequences": "workflows",
    "workflow_trend": "workflows --trend",
    "trend": "trend",
    "cost": "cost",
    "review_agents": "review monthly",
    "review_workflows": "review weekly",
    "review_satisfaction": "review daily",
    "compare": "compare A B",
    "track_record": "rules suggest",
    "words": "rules suggest",
    "file_patterns": "rules suggest",
    "tiers": "rules suggest",
    "checked": "rules suggest",
    "rule_effect": "rules effect",
}
"""Question → the command that shows it; questions that only serve others have no command."""

HEAD = """\
# Questions

<!-- Written by `python -m docs.generate_questions` from the questions themselves. Change those, not this page. -->

Each question is one SQL file and one typed function in `src/afteraction/analytics`; every front end calls the function.
`--json`, `--csv` and a pipe give the columns below, whole and in this order. A rate is a fraction of 1 and stands with
its 95% interval (Wilson's); the difference of two rates has Newcombe's. Under 10 runs there is no comparison. Unknown
is null and never 0. `$since_ms`, `$until_ms`, `$project`, `$agent` and `$model` are the filters that all reports share.

For anything else there is `afteraction sql`: `afteraction sql --schema` lists the columns of the view it asks.

"""


class Question(NamedTuple):
    """One question as its files tell of it."""

    name: str
    comment: str
    row_type: str
    columns: list[tuple[str, str, str]]
    """Name, type and meaning."""


def questions() -> list[Question]:
    """All questions that a command shows, in the order of ``COMMANDS``."""
    found: dict[str, Question] = {}
    for path in sorted(FOLDER.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
        for name, row_type in _asked(tree):
            if name in COMMANDS and row_type in classes:
                found[name] = Question(name, _comment(name), row_type, _columns(classes[row_type]))
    return [found[name] for name in COMMANDS if name in found]


def page() -> str:
    """The whole page."""
    return HEAD + "\n".join(_section(question) for question in questions())


def _asked(tree: ast.Module) -> list[tuple[str, str]]:
    """The questions that a module asks, each with the type of its rows."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and len(node.args) > 1]
    return [
        (call.args[0].value, call.args[1].id)
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr == "ask"
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
        and isinstance(call.args[1], ast.Name)
    ]


def _comment(name: str) -> str:
    lines = (FOLDER / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    head = [line.removeprefix("--").strip() for line in takewhile(lambda line: line.startswith("--"), lines)]
    return re.sub(r"(\$\w+)", r"`\1`", "\n".join(head))


def _columns(row_type: ast.ClassDef) -> list[tuple[str, str, str]]:
    """Each field with its type and the text that stands below it."""
    columns: list[tuple[str, str, str]] = []
    for node, after in zip(row_type.body, [*row_type.body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            said = after.value if isinstance(after, ast.Expr) else None
            meaning = said.value if isinstance(said, ast.Constant) and isinstance(said.value, str) else ""
            columns.append((node.target.id, ast.unparse(node.annotation), " ".join(meaning.split())))
    return columns


def _section(question: Question) -> str:
    rows = "".join(
        f"| `{name}` | `{kind.replace('|', chr(92) + '|')}` | {meaning.replace('``', '`')} |\n"
        for name, kind, meaning in question.columns
    )
    told = f"`afteraction {COMMANDS[question.name]}`"
    return f"## {question.name}\n\n{told}\n\n{question.comment}\n\n| column | type | |\n|---|---|---|\n{rows}"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
