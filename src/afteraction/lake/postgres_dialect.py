"""PostgreSQL's SQL: where it differs from DuckDB's although it looks the same.

``round`` takes halves to even there, sums of whole numbers and decimal literals are numeric, and an aggregate that
picks a row has to be written as an ordered array. ``postgres.sql`` defines the few functions that are missing.
"""

from __future__ import annotations

from sqlglot import exp

from afteraction.lake.dialect import Dialect, as_doubles

_EXACT = frozenset(
    {
        "and", "any_value", "arg_max", "array_agg", "case", "cast", "coalesce", "count", "datediff", "ends_with",
        "exists", "explode", "generate_series", "greatest", "group_concat", "grouping", "if", "lag", "least",
        "left", "make_timestamp_ms", "max", "min", "nullif", "or", "percentile_cont", "power", "round",
        "row_number", "split", "split_part", "sqrt", "starts_with", "sum", "timestamp_trunc",
    }
)  # fmt: skip


def _rounded(node: exp.Expr) -> exp.Expr:
    """Halves go away from zero."""
    if isinstance(node, exp.Round):
        digits = node.args.get("decimals") or exp.Literal.number(0)
        return exp.func("rounded", exp.cast(node.this.copy(), "double"), digits.copy())
    return node


def _picked(node: exp.Expr) -> exp.Expr:
    """``any_value`` and ``arg_max``: the first of an array, of the rows where it is known."""
    if isinstance(node, exp.Filter) and isinstance(node.this, exp.ArgMax | exp.AnyValue | exp.IgnoreNulls):
        return _first(node.this, node.expression.this)
    inside = isinstance(node.parent, exp.Filter | exp.IgnoreNulls)
    if isinstance(node, exp.IgnoreNulls | exp.AnyValue | exp.ArgMax) and not inside:
        return _first(node, None)
    return node


def _first(call: exp.Expr, condition: exp.Expr | None) -> exp.Expr:
    call = call.this if isinstance(call, exp.IgnoreNulls) else call
    wanted = call.this.copy()
    order: list[exp.Expr] = []
    known: exp.Expr = exp.not_(exp.Is(this=wanted.copy(), expression=exp.null()))
    if isinstance(call, exp.ArgMax):
        by = call.expression
        keys = by.expressions if isinstance(by, exp.Tuple) else [by]
        order = [exp.Ordered(this=key.copy(), desc=True, nulls_first=isinstance(by, exp.Tuple)) for key in keys]
        if not isinstance(by, exp.Tuple):
            known = exp.and_(known, exp.not_(exp.Is(this=by.copy(), expression=exp.null())))
    gathered = exp.Order(this=wanted, expressions=order) if order else wanted
    array = exp.Filter(
        this=exp.Anonymous(this="array_agg", expressions=[gathered]),
        expression=exp.Where(this=exp.and_(known, condition.copy()) if condition else known),
    )
    return exp.Bracket(this=exp.paren(array), expressions=[exp.Literal.number(1)], offset=1)


def _days_between(node: exp.Expr) -> exp.Expr:
    """Dates are subtracted; the result is in days."""
    if isinstance(node, exp.DateDiff) and str(node.args.get("unit")).upper().strip("'") == "DAY":
        return exp.paren(
            exp.Sub(this=exp.cast(node.this.copy(), "date"), expression=exp.cast(node.expression.copy(), "date"))
        )
    return node


def _series(node: exp.Expr) -> exp.Expr:
    """``generate_series`` gives rows, not a list."""
    if isinstance(node, exp.Explode | exp.Unnest):
        inner = node.this if isinstance(node, exp.Explode) else node.expressions[0]
        if isinstance(inner, exp.GenerateSeries):
            return inner.copy()
    return node


def _list(node: exp.Expr) -> exp.Expr:
    """Lists are arrays: how a text becomes one, and which part of one is meant."""
    if isinstance(node, exp.Split):
        return exp.func("string_to_array", node.this.copy(), node.expression.copy())
    if isinstance(node, exp.Bracket) and isinstance(node.this, exp.ArrayAgg) and node.this.parent is node:
        node.set("this", exp.paren(node.this.copy()))
        for part in node.expressions:
            if isinstance(part, exp.Slice) and part.this is None:
                part.set("this", exp.Literal.number(1))
    return node


def _aliased(node: exp.Expr) -> exp.Expr:
    """What stands in brackets after ``from`` needs a name."""
    if isinstance(node, exp.Subquery) and not node.alias and isinstance(node.parent, exp.From | exp.Join):
        return exp.alias_(node.copy(), f"unnamed_{id(node)}", table=True)
    return node


POSTGRES = Dialect(
    engine="postgres",
    name="postgres",
    exact=_EXACT,
    rules=(as_doubles, _rounded, _picked, _days_between, _series, _list, _aliased),
    types={int: "bigint", str: "text", float: "double", bool: "boolean"},
    placeholder=lambda name: f"%({name})s",
    percent="%%",
)
