"""What a shell command does to the work tree of a git repository, as far as its words tell. Pure.

Only what keeps or throws away work is looked at. A command is taken apart as a shell would, but nothing is run or
looked up: what cannot be taken apart says nothing, and neither does a git command in another form than these.
"""

from __future__ import annotations

import fnmatch
import posixpath
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Deed = Literal["stage", "commit", "commit_staged", "discard", "stash", "unstash", "undo"]
"""A commit takes what was staged before, and a plain ``commit`` also what it names."""

LATEST, EVERY = "HEAD", "*"
"""What an undoing means where it names no commit by its id."""
_LONGEST = 8_000
"""Characters of a command that is taken apart: what is longer carries a file, and takes long."""
_HEREDOC = re.compile(r"<<-?\s*(['\"]?)(\w+)\1[^\n]*\n.*?^[ \t]*\2\b", re.DOTALL | re.MULTILINE)
_GLOBAL_WITH_VALUE = frozenset({"-c", "--git-dir", "--work-tree", "--namespace"})
_SEPARATORS = frozenset(";&|()\n")


@dataclass(frozen=True, slots=True)
class GitAction:
    """One thing a command does."""

    deed: Deed
    places: tuple[str, ...] = ()
    """Absolute paths of files and folders, with wildcards; none where it is about the whole work tree."""
    tracked_only: bool = False
    """It leaves files alone that git does not know yet."""
    commit: str | None = None
    """What ``undo`` undoes: ``LATEST``, ``EVERY``, or a commit's id."""

    def covers(self, path: str) -> bool:
        """Whether it is about the file at an absolute path."""
        return not self.places or any(
            path == place or path.startswith(f"{place.rstrip('/')}/") or fnmatch.fnmatchcase(path, place)
            for place in self.places
        )


def git_actions(command: str, cwd: str) -> tuple[GitAction, ...]:
    """What a command does, in order; ``cwd`` is the folder it begins in. Nothing when it cannot be taken apart."""
    found: list[GitAction] = []
    if len(command) > _LONGEST:
        return ()
    for words in _simple_commands(command):
        if words[0] == "cd" and len(words) > 1:
            cwd = posixpath.normpath(posixpath.join(cwd, words[1]))
        elif words[0] == "git":
            found += _action(words[1:], cwd)
    return tuple(found)


def _simple_commands(command: str) -> Iterator[list[str]]:
    """The words of each command in a line of commands."""
    lexer = shlex.shlex(_HEREDOC.sub("", command).replace("\\\n", " "), posix=True, punctuation_chars=";&|()\n")
    lexer.whitespace = " \t\r"
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        words = list(lexer)
    except ValueError:  # a quote that is not closed
        return
    simple: list[str] = []
    for word in [*words, ";"]:
        if word and _SEPARATORS.issuperset(word):
            if simple:
                yield simple
            simple = []
        else:
            simple.append(word)


def _action(words: Sequence[str], cwd: str) -> tuple[GitAction, ...]:
    at = 0
    while at < len(words) and words[at].startswith("-"):
        if words[at] == "-C" and at + 1 < len(words):
            cwd = posixpath.normpath(posixpath.join(cwd, words[at + 1]))
        at += 2 if words[at] == "-C" or words[at] in _GLOBAL_WITH_VALUE else 1
    if at >= len(words) or words[at] not in _READERS:
        return ()
    action = _READERS[words[at]](list(words[at + 1 :]), cwd)
    return (action,) if action is not None else ()


@dataclass(frozen=True, slots=True)
class _Given:
    """A git command's options, and its other words before and after ``--``."""

    options: tuple[str, ...]
    words: tuple[str, ...]
    paths: tuple[str, ...] | None

    def has(self, short: str, *names: str) -> bool:
        """Whether an option is given, by one of some letters or by a name."""
        letters = (o[1:] for o in self.options if not o.startswith("--"))
        return any(letter in group for group in letters for letter in short) or any(o in names for o in self.options)


def _taken_apart(words: list[str], valued: str = "", *long_valued: str) -> _Given:
    """Tell options, words and paths apart; ``valued`` are the letters of options that take the next word."""
    options: list[str] = []
    plain: list[str] = []
    paths: tuple[str, ...] | None = None
    rest = iter(words)
    for word in rest:
        if word == "--":
            paths = tuple(rest)
        elif word.startswith("-") and word != "-":
            letters = "" if word.startswith("--") else word[1:]
            place = next((i for i, letter in enumerate(letters) if letter in valued), None)
            options.append(word if place is None else word[: place + 2])
            if word in long_valued or (place is not None and place == len(letters) - 1):
                next(rest, None)
        elif not re.match(r"\d*[<>]", word):  # a redirection
            plain.append(word)
    return _Given(tuple(options), tuple(plain), paths)


def _placed(words: Sequence[str], cwd: str) -> tuple[str, ...]:
    return tuple(posixpath.normpath(posixpath.join(cwd, word)) for word in words)


def _add(words: list[str], cwd: str) -> GitAction | None:
    given = _taken_apart(words)
    if given.has("n", "--dry-run") or given.has("pi", "--patch", "--interactive", "--intent-to-add"):
        return None
    places = (*given.words, *(given.paths or ()))
    tracked = given.has("u", "--update")
    if not places and not tracked and not given.has("A", "--all"):
        return None
    return GitAction("stage", _placed(places, cwd), tracked_only=tracked)


def _commit(words: list[str], cwd: str) -> GitAction | None:
    given = _taken_apart(words, "mFCct", "--message", "--file", "--author", "--date", "--template", "--trailer")
    if given.has("", "--dry-run"):
        return None
    places = _placed((*given.words, *(given.paths or ())), cwd)
    if places or given.has("a", "--all"):
        return GitAction("commit", places, tracked_only=True)
    return GitAction("commit_staged")


def _checkout(words: list[str], cwd: str) -> GitAction | None:
    given = _taken_apart(words)
    if given.has("bB", "--orphan", "--detach"):
        return None
    if given.has("f", "--force") and given.paths is None:
        return GitAction("discard", tracked_only=True)
    places = given.words if given.paths is None else given.paths
    return GitAction("discard", _placed(places, cwd), tracked_only=True) if places else None


def _restore(words: list[str], cwd: str) -> GitAction | None:
    given = _taken_apart(words, "s", "--source")
    if given.has("S", "--staged") and not given.has("W", "--worktree"):
        return None
    places = (*given.words, *(given.paths or ()))
    return GitAction("discard", _placed(places, cwd), tracked_only=True) if places else None


def _reset(words: list[str], cwd: str) -> GitAction | None:
    del cwd
    given = _taken_apart(words)
    if not given.has("", "--hard"):
        return None
    to = given.words[0] if given.words else LATEST
    return GitAction("discard", tracked_only=True) if to in (LATEST, "@") else GitAction("undo", commit=EVERY)


def _revert(words: list[str], cwd: str) -> GitAction | None:
    del cwd
    given = _taken_apart(words, "m", "--mainline")
    if given.has("", "--abort", "--quit", "--continue", "--skip") or len(given.words) != 1:
        return None
    (commit,) = given.words
    return GitAction("undo", commit=LATEST if commit == "@" else commit)


def _stash(words: list[str], cwd: str) -> GitAction | None:
    given = _taken_apart(words, "m", "--message")
    verb, rest = (given.words[0], given.words[1:]) if given.words else ("push", ())
    if verb in ("pop", "apply"):
        return GitAction("unstash")
    if verb not in ("push", "save"):
        return None
    places = () if verb == "save" else (*rest, *(given.paths or ()))
    return GitAction("stash", _placed(places, cwd), tracked_only=not given.has("ua", "--include-untracked", "--all"))


_READERS: dict[str, Callable[[list[str], str], GitAction | None]] = {
    "add": _add,
    "checkout": _checkout,
    "commit": _commit,
    "reset": _reset,
    "restore": _restore,
    "revert": _revert,
    "stash": _stash,
}
