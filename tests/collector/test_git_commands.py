"""What a shell command does to a work tree, read from its words."""

from __future__ import annotations

import pytest

from afteraction.collector.git_commands import GitAction, git_actions

COMMANDS: tuple[tuple[str, tuple[GitAction, ...]], ...] = (
    ("git add -A", (GitAction("stage"),)),
    ("git add src/a.py doc", (GitAction("stage", ("/p/src/a.py", "/p/doc")),)),
    ("git add -u", (GitAction("stage", tracked_only=True),)),
    ("git commit -m 'it; git reset --hard'", (GitAction("commit_staged"),)),
    ("git commit -am it", (GitAction("commit", tracked_only=True),)),
    ("git commit a.py -m it", (GitAction("commit", ("/p/a.py",), tracked_only=True),)),
    ("cd src && git add . ; git commit -qm x | tail -3", (GitAction("stage", ("/p/src",)), GitAction("commit_staged"))),
    ("git -C sub -c user.name=x checkout -- .", (GitAction("discard", ("/p/sub",), tracked_only=True),)),
    ("git checkout HEAD~1 -- a.py", (GitAction("discard", ("/p/a.py",), tracked_only=True),)),
    ("git checkout -b topic", ()),
    ("git restore a.py 2>/dev/null", (GitAction("discard", ("/p/a.py",), tracked_only=True),)),
    ("git restore --staged a.py", ()),
    ("git reset --hard", (GitAction("discard", tracked_only=True),)),
    ("git reset --hard HEAD~1", (GitAction("undo", commit="*"),)),
    ("git reset a.py", ()),
    ("git revert --no-edit HEAD", (GitAction("undo", commit="HEAD"),)),
    ("git stash push -m wip -- a.py", (GitAction("stash", ("/p/a.py",), tracked_only=True),)),
    ("git stash -u", (GitAction("stash"),)),
    ("git stash pop", (GitAction("unstash"),)),
    ("git stash list", ()),
    ("git log --oneline; git status", ()),
    ("echo 'git reset --hard'", ()),
    ('git commit -m "$(cat <<\'EOF\'\nsay "x"; it\'s done\ngit checkout .\nEOF\n)"', (GitAction("commit_staged"),)),
    ('git commit -m "not closed', ()),
    ("git", ()),
    ("git reset --hard" + "\n" * 8_000, ()),
    ("", ()),
)


@pytest.mark.parametrize(("command", "actions"), COMMANDS, ids=[command[:40] for command, _ in COMMANDS])
def test_a_command_does_this_and_nothing_else(command: str, actions: tuple[GitAction, ...]) -> None:
    """Messages, redirections and options are no paths; what is not certain is left out."""
    assert git_actions(command, "/p") == actions


@pytest.mark.parametrize(
    ("place", "covered"),
    [("/p", True), ("/p/src", True), ("/p/src/a.py", True), ("/p/s", False), ("/p/src/*.py", True)],
)
def test_a_folder_covers_what_is_beneath_it(place: str, covered: bool) -> None:  # noqa: FBT001 - a table's column
    """A place means the file itself, all beneath a folder, or what its wildcards match."""
    assert GitAction("stage", (place,)).covers("/p/src/a.py") is covered
