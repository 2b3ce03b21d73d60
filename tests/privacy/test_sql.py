"""No statement is put together from data: what comes from outside is bound, by name."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import afteraction

SOURCE = Path(afteraction.__file__).parent
RUNS = ("execute", "executemany", "sql", "query")
"""What a statement is given to: methods of a connection, and our reader of statement files."""


def _is_fixed(value: ast.expr) -> bool:
    """Whether a part of a statement is written in the code: a text, a file's name, one of a table of constants."""
    match value:
        case ast.Constant() | ast.Name():
            return True
        case ast.Subscript(value=ast.Name(id=name)):
            return name.isupper()
        case ast.Call(func=ast.Name(id="sql")):
            return True
    return False


def put_together(code: str) -> set[int]:
    """The lines on which a statement is made of pieces that are not written there, or a statement file is changed."""
    found: set[int] = set()
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Call(func=ast.Attribute(attr=method), args=[statement, *_]) if method in RUNS:
                if isinstance(statement, ast.JoinedStr):
                    parts = [part.value for part in statement.values if isinstance(part, ast.FormattedValue)]
                    fixed = all(_is_fixed(part) and not isinstance(part, ast.Name) for part in parts)
                else:
                    fixed = _is_fixed(statement)
                found |= set() if fixed else {node.lineno}
            case ast.Attribute(value=ast.Call(func=ast.Name(id="sql")), attr=method) if method != "encode":
                found.add(node.lineno)
            case ast.BinOp(left=ast.Call(func=ast.Name(id="sql"))):
                found.add(node.lineno)
    return found


def test_every_statement_stands_in_the_code_or_in_a_file_of_its_own() -> None:
    """Data reaches the database as values: a name with a quote in it is a name."""
    wrong = {
        f"{path.relative_to(SOURCE)}:{line}"
        for path in SOURCE.rglob("*.py")
        for line in put_together(path.read_text("utf-8"))
    }

    assert wrong == set()


@pytest.mark.parametrize(
    "code",
    [
        "connection.execute(f\"select * from t where name = '{name}'\")",
        'connection.execute("select " + name)',
        'connection.execute("select %s" % name)',
        'connection.execute("select {}".format(name))',
        'connection.execute(sql(STORE, "view").replace("x", name))',
        'text = sql(STORE, "view") + name',
        'connection.execute(" ".join(words))',
    ],
)
def test_a_statement_made_of_data_would_be_found(code: str) -> None:
    """The check above can fail."""
    assert put_together(code) == {1}
