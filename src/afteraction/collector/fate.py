"""What the main agent's git commands did to the files of one invocation. Pure.

The files are followed one by one through the commands that came after it, and its work counts as committed or reverted
only when that is true of all of them: where some were kept and some were not, nothing can be said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from afteraction.collector.git_commands import EVERY, LATEST

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from afteraction.collector.git_commands import GitAction

_State = Literal["changed", "staged", "committed", "stashed", "gone"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a git command did that did not fail."""

    position: int
    """Where its line stands in the main transcript."""
    action: GitAction
    commit: str | None = None
    """The beginning of the id of the commit it made, as git printed it."""


@dataclass(frozen=True, slots=True)
class Fate:
    """Where all files of an invocation came to."""

    committed: int | None = None
    """The position of the step that committed the last of them."""
    reverted: int | None = None
    """The position of the step that threw the last of them away, whether it had been committed or not."""


@dataclass(slots=True)
class _File:
    path: str
    created: bool
    """Git does not know it until it is staged."""
    state: _State = "changed"
    commit: Step | None = None

    @property
    def tracked(self) -> bool:
        return not self.created or self.state == "staged"

    def take(self, step: Step, latest: Step | None) -> None:
        """Let one step happen to the file; ``latest`` is the last commit before it."""
        action = step.action
        applies = action.covers(self.path) and (self.tracked or not action.tracked_only)
        if action.deed == "undo":
            if self.state == "committed" and self._is_undone(action.commit, latest):
                self.state = "gone"
        elif action.deed == "unstash":
            self.state = "changed" if self.state == "stashed" else self.state
        elif self.state in ("committed", "gone", "stashed"):
            return
        elif action.deed == "commit_staged" or (action.deed == "commit" and not applies):
            self._commit(step, taken=self.state == "staged")
        elif not applies:
            return
        elif action.deed == "commit":
            self._commit(step, taken=True)
        elif action.deed == "stage":
            self.state = "staged"
        else:
            self.state = "stashed" if action.deed == "stash" else "gone"

    def _commit(self, step: Step, *, taken: bool) -> None:
        if taken:
            self.state, self.commit = "committed", step

    def _is_undone(self, commit: str | None, latest: Step | None) -> bool:
        if commit == EVERY:
            return True
        if commit == LATEST:
            return self.commit is latest
        made = self.commit.commit if self.commit is not None else None
        return bool(commit and made) and (str(commit).startswith(str(made)) or str(made).startswith(str(commit)))


def follow(files: Collection[str], created: Collection[str], steps: Iterable[Step]) -> Fate:
    """Follow files through the steps that came after they were changed.

    Args:
        files: absolute paths; none gives no fate.
        created: those of them that were new.
        steps: in their order.
    """
    followed = [_File(path, path in created) for path in files]
    committed = reverted = None
    latest: Step | None = None
    for step in steps:
        for file in followed:
            file.take(step, latest)
        if step.action.deed in ("commit", "commit_staged"):
            latest = step
        states = {file.state for file in followed}
        if states == {"committed"} and committed is None:
            committed = step.position
        if states and states <= {"gone", "stashed"}:
            reverted = step.position if reverted is None else reverted
        else:
            reverted = None
    return Fate(committed, reverted)
