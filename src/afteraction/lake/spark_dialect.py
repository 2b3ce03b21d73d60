"""Spark's SQL: where it differs from DuckDB's although it looks the same.

A quantile is one of two functions, of which sqlglot takes the approximate one; a list comes in whatever order rows
arrive; and nothing stands around a function that makes rows. ANSI mode stays on: an overflow is an error, no number.
"""

from __future__ import annotations

from sqlglot import exp

from afteraction.errors import AfteractionError
from afteraction.lake.dialect import Dialect, as_doubles, sort_keys

_EXACT = frozenset(
    {
        "and", "any_value", "arg_max", "array_agg", "case", "cast", "coalesce", "count", "datediff", "ends_with",
        "exists", "explode", "generate_series", "greatest", "group_concat", "grouping", "if", "lag", "least", "left",
        "make_timestamp_ms", "max", "min", "nullif", "or", "percentile_cont", "power", "round", "row_number", "split",
        "split_part", "sqrt", "starts_with", "sum", "timestamp_trunc",
    }
)  # fmt: skip


def _exact_quantile(node: exp.Expr) -> exp.Expr:
    """``percentile`` interpolates as ``quantile_cont`` does."""
    if isinstance(node, exp.WithinGroup) and isinstance(node.this, exp.PercentileCont):
        return exp.Anonymous(
            this="percentile", expressions=[node.expression.expressions[0].this.copy(), node.this.this.copy()]
        )
    if isinstance(node, exp.PercentileCont) and node.expression is not None:
        return exp.Anonymous(this="percentile", expressions=[node.this.copy(), node.expression.copy()])
    return node


def _ordered_list(node: exp.Expr) -> exp.Expr:
    """A list in the order that was asked for: structs of what it is ordered by are sorted, nulls last."""
    if isinstance(node, exp.ArrayAgg | exp.GroupConcat) and isinstance(node.parent, exp.Filter):
        raise AfteractionError("a list of some of the rows cannot be asked of spark; leave --engine out")
    if isinstance(node, exp.ArrayAgg) and isinstance(node.this, exp.Order):
        return _sorted(node.this)
    if isinstance(node, exp.GroupConcat):
        inner, order = node.this, None
        if isinstance(inner, exp.Order):
            order, inner = inner, inner.this
        separator = node.args.get("separator") or exp.Literal.string(",")
        listed = _sorted(order) if order else exp.Anonymous(this="collect_list", expressions=[inner.copy()])
        return exp.Anonymous(this="array_join", expressions=[listed, separator.copy()])
    return node


def _sorted(order: exp.Order) -> exp.Expr:
    keys, backwards = sort_keys(order)
    named = [(f"key_{at}", key) for at, key in enumerate(keys)] + [("held", order.this.copy())]
    pairs = [part for name, held in named for part in (exp.Literal.string(name), held)]
    rows = exp.Anonymous(this="named_struct", expressions=pairs)
    gathered = exp.Anonymous(this="array_sort", expressions=[exp.Anonymous(this="collect_list", expressions=[rows])])
    if backwards:
        gathered = exp.Anonymous(this="reverse", expressions=[gathered])
    return exp.Dot(this=exp.paren(gathered), expression=exp.to_identifier("held"))


def _slice(node: exp.Expr) -> exp.Expr:
    """The first of a list."""
    if isinstance(node, exp.Bracket) and len(node.expressions) == 1 and isinstance(node.expressions[0], exp.Slice):
        part = node.expressions[0]
        if part.this is not None or part.expression is None:
            raise AfteractionError("only the beginning of a list can be asked of spark")
        return exp.Anonymous(
            this="slice", expressions=[node.this.copy(), exp.Literal.number(1), part.expression.copy()]
        )
    return node


def _bare_rows(node: exp.Expr) -> exp.Expr:
    """What makes rows stands alone; a series of dates is one of dates already."""
    if isinstance(node, exp.Cast) and isinstance(node.this, exp.Explode | exp.Unnest):
        return node.this.copy()
    return node


def _renamed(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Anonymous) and node.name.lower() == "make_timestamp_ms":
        return exp.Anonymous(this="timestamp_millis", expressions=[node.expressions[0].copy()])
    if isinstance(node, exp.Grouping) and len(node.expressions) > 1:
        return exp.Anonymous(this="grouping_id", expressions=[column.copy() for column in node.expressions])
    return node


SPARK = Dialect(
    engine="spark",
    name="spark",
    exact=_EXACT,
    rules=(as_doubles, _exact_quantile, _slice, _ordered_list, _bare_rows, _renamed),
    types={int: "bigint", str: "text", float: "double", bool: "boolean"},
    placeholder=lambda name: f":{name}",
)
