"""The figures of ``make reliability``: what was provoked, how often, and how much harm it did, each with its target.

A figure is noted before it is judged, so that the table also shows the one that was missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SHOWN = 5
_HEAD = ("what was provoked: what must not happen", "times", "at least", "harm", "at most")


@dataclass(slots=True)
class _Figure:
    times: int = 0
    at_least: int = 0
    harm: int = 0

    @property
    def missed(self) -> bool:
        """Whether it is outside its target; no harm is ever allowed."""
        return self.harm > 0 or self.times < self.at_least


class Figures:
    """All figures of one run, by what they say."""

    def __init__(self) -> None:
        """None yet."""
        self._figures: dict[str, _Figure] = {}

    def hold(self, what: str, times: int, *, harm: Sequence[object] = (), at_least: int | None = None) -> None:
        """Note what was provoked so many times and what was found wrong, and fail unless that is nothing.

        The parts of a parametrized test add up. ``at_least`` is ``times`` where that is fixed.
        """
        wanted = times if at_least is None else at_least
        figure = self._figures.setdefault(what, _Figure())
        figure.times += times
        figure.at_least += wanted
        figure.harm += len(harm)
        assert not harm, f"{what}: {len(harm)} of {times}:\n" + "\n".join(map(str, harm[:_SHOWN]))
        assert times >= wanted, f"{what}: provoked {times} times, not {wanted}"

    def table(self) -> Iterator[str]:
        """One line for each figure, below a line of headings; nothing when there are none."""
        if not self._figures:
            return
        width = max(map(len, (*self._figures, _HEAD[0])))
        yield f"{_HEAD[0]:<{width}}  {_HEAD[1]:>6} {_HEAD[2]:>9} {_HEAD[3]:>6} {_HEAD[4]:>8}"
        for what, figure in self._figures.items():
            row = f"{what:<{width}}  {figure.times:>6} {figure.at_least:>9} {figure.harm:>6} {0:>8}"
            yield f"{row}  MISSED" if figure.missed else row
