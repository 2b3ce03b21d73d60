"""ClickHouse's SQL: where it differs from DuckDB's although it looks the same.

``round`` takes halves to even there, quantiles have functions of their own, an aggregate orders nothing, and a date is
not counted up by a series. What settings can mend stands in ``clickhouse.py``.
"""

from __future__ import annotations

from sqlglot import exp

from afteraction.lake.dialect import Dialect, as_doubles, sort_keys

_EXACT = frozenset(
    {
        "and", "any_value", "arg_max", "array_agg", "case", "cast", "coalesce", "count", "datediff", "ends_with",
        "exists", "explode", "generate_series", "greatest", "group_concat", "grouping", "if", "lag", "least", "left",
        "make_timestamp_ms", "max", "min", "nullif", "or", "percentile_cont", "power", "round", "row_number", "split",
        "split_part", "sqrt", "starts_with", "sum", "timestamp_trunc",
    }
)  # fmt: skip


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=[argument.copy() for argument in arguments])


def _number(value: float) -> exp.Expr:
    return exp.Literal.number(value)


def _rounded(node: exp.Expr) -> exp.Expr:
    """Halves go away from zero."""
    if not isinstance(node, exp.Round):
        return node
    x = exp.cast(node.this.copy(), "double")
    scale = _call("pow", _number(10), node.args.get("decimals") or _number(0))
    scaled = _call(
        "floor",
        exp.Add(this=exp.paren(exp.Mul(this=_call("abs", x), expression=scale.copy())), expression=_number(0.5)),
    )
    return exp.paren(exp.Div(this=exp.Mul(this=_call("sign", x), expression=scaled), expression=scale))


def _quantile(node: exp.Expr) -> exp.Expr:
    """``quantileExactInclusive`` interpolates as ``quantile_cont`` does."""
    condition = None
    inner = node
    if isinstance(node, exp.Filter):
        condition, inner = node.expression.this, node.this
    elif isinstance(node.parent, exp.Filter | exp.WithinGroup):
        return node
    if isinstance(inner, exp.WithinGroup) and isinstance(inner.this, exp.PercentileCont):
        value, share = inner.expression.expressions[0].this, inner.this.this
    elif isinstance(inner, exp.PercentileCont) and inner.expression is not None:
        value, share = inner.this, inner.expression
    else:
        return node
    name = f"quantileExactInclusive{'If' if condition else ''}({share.sql()})"
    return _call(name, value, *([condition] if condition else []))


def _ordered_list(node: exp.Expr) -> exp.Expr:
    """A list in the order that was asked for: tuples of what it is ordered by are sorted, nulls last."""
    if isinstance(node, exp.ArrayAgg) and isinstance(node.this, exp.Order):
        return _sorted(node.this)
    if isinstance(node, exp.GroupConcat):
        separator = node.args.get("separator") or exp.Literal.string(",")
        return _call("arrayStringConcat", _sorted(node.this), separator)
    return node


def _sorted(order: exp.Expr) -> exp.Expr:
    keys, backwards = sort_keys(order)
    rows = _call("arraySort", _call("groupArray", _call("tuple", *keys, order.this)))
    if backwards:
        rows = _call("arrayReverse", rows)
    return _call("tupleElement", rows, _number(len(keys) + 1))


def _slice(node: exp.Expr) -> exp.Expr:
    """The first of a list."""
    if isinstance(node, exp.Bracket) and isinstance(node.expressions[0], exp.Slice):
        return _call("arraySlice", node.this, _number(1), node.expressions[0].expression)
    return node


def _days(node: exp.Expr) -> exp.Expr:
    """A series of dates, and of none where an end is unknown."""
    if not isinstance(node, exp.GenerateSeries):
        return node
    first, last = node.args["start"], node.args["end"]
    many = _call("coalesce", _call("dateDiff", exp.Literal.string("day"), first, last), _number(-1))
    counted = _call(
        "range", _call("toUInt32", _call("greatest", exp.Add(this=many, expression=_number(1)), _number(0)))
    )
    day = exp.Lambda(this=_call("addDays", first, exp.to_identifier("i")), expressions=[exp.to_identifier("i")])
    return _call("arrayMap", day, counted)


def _renamed(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Anonymous) and node.name.lower() == "make_timestamp_ms":
        return _call("fromUnixTimestamp64Milli", node.expressions[0], exp.Literal.string("UTC"))
    if isinstance(node, exp.SplitPart):
        parts = _call("splitByString", node.args["delimiter"], node.this)
        return exp.paren(exp.Bracket(this=parts, expressions=[node.args["part_index"].copy()], offset=1))
    return node


CLICKHOUSE = Dialect(
    engine="clickhouse",
    name="clickhouse",
    exact=_EXACT,
    rules=(as_doubles, _rounded, _quantile, _slice, _ordered_list, _days, _renamed),
    types={int: "bigint", str: "text", float: "double", bool: "boolean"},
    placeholder=lambda name: f"{{{name}:String}}",
)
