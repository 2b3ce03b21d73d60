"""The very same questions in another engine's SQL: sqlglot from DuckDB's dialect, and rules for what it gets wrong.

A translation that runs is not yet one that means the same: PostgreSQL rounds halves to even, an engine may turn an
exact quantile into an approximate one without a word. So every function a question uses must be in a list of those
that are known to mean the same after these rules, or the question is refused.

Values are bound and never written into the text; only null is, because an untyped null has no type to be bound with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.errors import AfteractionError
from afteraction.lake.parts import needs_extra
from afteraction.store.index import QUESTIONS
from afteraction.store.sql import STORE, sql

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlglot import exp

    Rule = Callable[[exp.Expr], exp.Expr]
    Value = str | float | None


@dataclass(frozen=True, slots=True)
class Dialect:
    """What sets an engine's SQL apart."""

    engine: str
    """As messages call it."""
    name: str
    """As sqlglot calls it."""
    exact: frozenset[str]
    """Functions, as sqlglot calls them, that mean the same after ``rules``."""
    rules: tuple[Rule, ...]
    """Each is applied to every node of a question."""
    types: Mapping[type, str]
    """What values are bound as."""
    placeholder: Callable[[str], str]
    """How the text names a bound value."""
    percent: str = "%"
    """How a percent sign is written."""


def parsed(question: str) -> exp.Expr:
    """A question as a tree, with the macros of ``intervals.sql`` in place of their calls, and lists sorted as gathered.

    What is told apart by its hash, to save memory, is told apart by itself: each engine's hash is another.

    AfteractionError when sqlglot is not installed.
    """
    try:
        import sqlglot
    except ImportError as error:
        raise needs_extra("sqlglot") from error
    tree = sqlglot.parse_one(sql(QUESTIONS, question), read="duckdb")
    for shared in tree.find_all(sqlglot.exp.CTE):
        shared.set("materialized", None)  # advice for DuckDB; most engines do not know the words
    macros = _macros()
    while calls := [call for call in tree.find_all(sqlglot.exp.Anonymous) if call.name.lower() in macros]:
        for call in calls[-1:]:  # the innermost first: what is replaced may stand inside another call
            names, body = macros[call.name.lower()]
            given = dict(zip(names, call.expressions, strict=True))
            call.replace(sqlglot.exp.paren(_filled(body, given)))
    return tree.transform(_ordered_lists).transform(_without_hash)


def _ordered_lists(node: exp.Expr) -> exp.Expr:
    """Lists that only DuckDB makes, or makes cheaply, gathered in order: sorted afterwards, or of the highest few."""
    from sqlglot import exp

    if isinstance(node, exp.ArraySort) and isinstance(node.this, exp.ArrayAgg):
        return _gathered(node.this.this, [exp.Ordered(this=node.this.this.copy(), nulls_first=False)])
    if isinstance(node, exp.ArgMax) and node.args.get("count") is not None:
        keys = [exp.Ordered(this=key.copy(), desc=True, nulls_first=False) for key in node.expression.expressions]
        first = exp.Slice(expression=node.args["count"].copy())
        return exp.Bracket(this=_gathered(node.this, keys), expressions=[first])
    return node


def _without_hash(node: exp.Expr) -> exp.Expr:
    from sqlglot import exp

    hashed = isinstance(node, exp.Anonymous) and node.name.lower() == "hash"
    return node.expressions[0].copy() if hashed else node


def _gathered(held: exp.Expr, order: list[exp.Ordered]) -> exp.Expr:
    from sqlglot import exp

    return exp.ArrayAgg(this=exp.Order(this=held.copy(), expressions=order))


def sort_keys(order: exp.Expr) -> tuple[list[exp.Expr], bool]:
    """By what rows are sorted to come as asked, nulls last, and whether from the end: no text can be negated."""
    from sqlglot import exp

    backwards = all(key.args.get("desc") for key in order.expressions)
    keys: list[exp.Expr] = []
    for key in order.expressions:
        unknown = exp.paren(exp.Is(this=key.this.copy(), expression=exp.null()))
        keys.append(exp.not_(unknown) if backwards else unknown)
        turned = key.args.get("desc") and not backwards
        keys.append(exp.Neg(this=exp.paren(key.this.copy())) if turned else key.this.copy())
    return keys, backwards


def _macros() -> dict[str, tuple[list[str], exp.Expr]]:
    import sqlglot

    found = {}
    for statement in sqlglot.parse(sql(STORE, "intervals"), read="duckdb"):
        if statement is not None:
            name = statement.this.this.name
            found[name] = ([parameter.name for parameter in statement.this.expressions], statement.expression)
    return found


def _filled(body: exp.Expr, given: Mapping[str, exp.Expr]) -> exp.Expr:
    from sqlglot import exp

    def fill(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and not node.table and node.name in given:
            return exp.paren(given[node.name].copy())
        return node

    return body.copy().transform(fill)


def translated(question: str, values: Mapping[str, Value], dialect: Dialect) -> str:
    """A question in another engine's SQL, with its parameters where ``dialect`` puts them.

    AfteractionError when the engine is not known to give the same answer.
    """
    from sqlglot import exp
    from sqlglot.dialects.dialect import Dialect as Engine

    tree = parsed(question)
    engine = Engine.get_or_raise(dialect.name)
    unknown = sorted({_name(call) for call in tree.find_all(exp.Func)} - dialect.exact)
    if unknown:
        raise refused(question, dialect.engine, f"it has no exact counterpart of {', '.join(unknown)}")
    for rule in (_spelled_out_groups, _named_conditions, *dialect.rules):
        tree = tree.transform(rule)
    tree = tree.transform(lambda node: _bound(node, values, dialect))
    text = engine.generate(tree, comments=False).replace("%", dialect.percent)
    for name in values:
        text = text.replace(f"bound_value_{name}_ends", dialect.placeholder(name))
    return text


def _name(call: exp.Func) -> str:
    from sqlglot import exp

    return call.name.lower() if isinstance(call, exp.Anonymous) else call.sql_name().lower()


def _bound(node: exp.Expr, values: Mapping[str, Value], dialect: Dialect) -> exp.Expr:
    from sqlglot import exp

    if not isinstance(node, exp.Parameter | exp.Placeholder):
        return node
    value = values[node.name]
    if value is None:
        return exp.null()
    kind = "int" if isinstance(node.parent, exp.Limit) else dialect.types[type(value)]
    return exp.cast(exp.var(f"bound_value_{node.name}_ends"), kind)


def _spelled_out_groups(node: exp.Expr) -> exp.Expr:
    """``group by all`` as the columns it means."""
    from sqlglot import exp

    if isinstance(node, exp.Select) and (group := node.args.get("group")) is not None and group.args.get("all"):
        keys = [column.unalias().copy() for column in node.selects if not column.find(exp.AggFunc)]
        node.set("group", exp.Group(expressions=keys))
    return node


def _named_conditions(node: exp.Expr) -> exp.Expr:
    """A column's name after ``having``, or inside an expression after ``order by``, as what the column is."""
    from sqlglot import exp

    if not isinstance(node, exp.Select):
        return node
    named = {column.alias: column.unalias() for column in node.selects if isinstance(column, exp.Alias)}
    # one that is computed from a column of its own name hides nothing: there the column is meant
    named = {name: made for name, made in named.items() if name not in {c.name for c in made.find_all(exp.Column)}}

    def spelled_out(inner: exp.Expr) -> exp.Expr:
        known = isinstance(inner, exp.Column) and not inner.table and inner.name in named
        return exp.paren(named[inner.name].copy()) if known else inner

    if having := node.args.get("having"):
        node.set("having", having.transform(spelled_out))
    if order := node.args.get("order"):
        for key in order.expressions:
            if not isinstance(key.this, exp.Column):
                key.set("this", key.this.transform(spelled_out))
    return node


def as_doubles(node: exp.Expr) -> exp.Expr:
    """A literal with a point is a double, as all arithmetic on it is."""
    from sqlglot import exp

    if isinstance(node, exp.Literal) and node.is_number and "." in node.name and not isinstance(node.parent, exp.Cast):
        return exp.cast(node.copy(), "double")
    return node


def refused(question: str, engine: str, why: str) -> AfteractionError:
    """What to say when an engine cannot answer a question exactly."""
    return AfteractionError(
        f"{engine} cannot answer '{question}' exactly: {why}; leave --engine out to ask with DuckDB"
    )
