"""What may follow an invocation, labelled by hand: the set that acceptance is measured on.

Each story is one session in short: what the user said (``>``), which agents the main agent called (``@name: description
-> files``, a new file with ``+``), the shell commands it ran (``$``, failed ones ``$!``), the lines it replaced in a file
(``~ file number``), in the last case by writing all of it (``= file number``). The labels, one for each agent in order, are a person's:
what a reader of the session would say the user thought of that work, whether or not a rule can see it. The second word
names the sign that shows it. Stories on which the rules err stay in.
"""

# ruff: noqa: E501 - a session is best read in one line

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Story:
    """One labelled session."""

    labels: tuple[str, ...]
    """For each agent ``accepted`` or ``rejected`` and the sign that shows it; empty where nobody could say."""
    text: str


def _corrections() -> tuple[Story, ...]:
    """The user's next words after one agent's work."""
    wrong = (
        "no, that's wrong. Use the existing session store",
        "No. Keep the old API",
        "nope, the tests are in spec/",
        "That's not what I asked for",
        "this is still broken",
        "It still doesn't work, same stack trace",
        "undo that",
        "Please revert your changes",
        "you forgot the error handling",
        "You broke the login page",
        "I didn't ask you to touch the config",
        "wrong approach. We never poll",
        "try again, but with a queue",
        "Not like this, the names must stay",
        "Hmm, that is not right, look at the second column",
        "stop that, go back to the first version",
        "Nein, so nicht: die Spalte heißt anders",
        "das ist falsch",
        "non, c'est faux",
        "I told you to use yarn",
        # said in words that no rule knows
        "I'd rather have this in the service layer, move it",
        "Hm, are you sure? the totals are off by one now",
        "Why on earth did you delete the fixtures?",
        "The spec says otherwise, read it and change it accordingly",
        "this needs to be much simpler",
    )
    fine = (
        "now add tests for it",
        "no problem, go on",
        "No, thanks. Next: the docs",
        "no need for more, summarize what we have",
        "Great. Now fix the bug where the list doesn't work on Safari",
        "Is that wrong on Windows too?",
        "if that doesn't work, use the fallback",
        "Add an undo button to the toolbar",
        "undo button next, please",
        "Why is it still failing on main?",
        "check that it doesn't break the build",
        "looks good",
        "Thanks! Deploy notes please",
        "What is wrong with the CI of the other repo?",
        "Wrong window, sorry. Carry on",
        "no changes needed in the README, but bump the version",
        "Notice that the ids are strings",
        "<command-name>/compact</command-name>",
        "you missed nothing, good job",
        "Nothing to add",
    )
    before = "> build it\n@developer: Build the login form -> src/login.py\n"
    return (
        *(Story(("rejected corrected",), f"{before}> {said}") for said in wrong),
        *(Story(("",), f"{before}> {said}") for said in fine),
    )


_SEVERAL = (
    Story(("", ""), "> go\n@developer: Build the form -> src/a.py\n@reviewer: Review the form\n> no, that's wrong"),
    Story(
        ("", "rejected corrected"),
        "> go\n@developer: Build the form -> src/a.py\n@code-reviewer: Review it\n> no, the code reviewer is wrong there",
    ),
    Story(
        ("rejected corrected",),
        "> go\n@developer: Build the form -> src/a.py\n> <command-name>/model</command-name>\n> no, use the other one",
    ),
    Story(("",), "> go\n@developer: Build the form -> src/a.py\n> what is in the log?\n> no, the other log"),
    Story(("", ""), "> go\n@developer: Build the form -> src/a.py\n> next\n@developer: Write the docs -> doc/a.md"),
)

_COMMITS = (
    Story(
        ("accepted committed",), "> go\n@developer: Build -> src/a.py +src/b.py\n$ git add -A && git commit -m 'Add it'"
    ),
    Story(("accepted committed",), "> go\n@developer: Build -> src/a.py\n> commit it\n$ git commit -am 'Add it'"),
    Story(
        ("accepted committed",), "> go\n@developer: Build -> +src/b.py\n> ok\n$ git add src\n$ git commit -m 'Add it'"
    ),
    Story(
        ("accepted committed",),
        "> go\n@developer: Build -> src/a.py\n> ship it\n$ git add src/a.py && git commit -m \"$(cat <<'EOF'\\n"
        'Add "a"; don\'t git reset --hard\\nEOF\\n)"',
    ),
    Story(
        ("accepted committed",), "> go\n@developer: Build -> src/a.py\n$ cd src && git add a.py && git commit -q -m x"
    ),
    Story(("accepted committed",), "> go\n@developer: Build -> src/a.py\n$ git commit src/a.py -m x\n> next task"),
    Story(
        ("accepted committed",), "> go\n@developer: Build -> src/a.py\n$ git stash\n$ git stash pop\n$ git commit -am x"
    ),
    Story(
        ("accepted committed", "accepted committed"),
        "> go\n@developer: Build -> src/a.py\n@tester: Write tests -> +tests/a.py\n> fine\n$ git add . && git commit -m x",
    ),
    Story(
        ("accepted committed", ""),
        "> go\n@developer: Build -> src/a.py\n$ git commit -am x\n> more\n@developer: Build the rest -> src/b.py",
    ),
    # a commit that says nothing of this agent's work
    Story(("",), "> go\n@developer: Build -> src/a.py\n$ git add docs && git commit -m 'Docs'"),
    Story(("",), "> go\n@developer: Build -> +src/new.py\n$ git commit -am 'Tracked files only'"),
    Story(("",), "> go\n@developer: Build -> src/a.py\n$! git commit -am 'Hook fails'"),
    Story(("",), "> go\n@developer: Build -> src/a.py src/b.py\n$ git add src/a.py && git commit -m 'Half of it'"),
    Story(("",), "> go\n@explorer: Find the parser\n$ git commit -am 'Something else'"),
    Story(("",), "> go\n@developer: Build -> /tmp/scratch.py\n$ git add -A && git commit -m x"),
    Story(("",), "> go\n$ git commit -am before\n@developer: Build -> src/a.py"),
    Story(("",), "> go\n@developer: Build -> src/a.py\n$ echo 'git commit -am x'"),
    Story(("",), "> go\n@developer: Build -> src/a.py\n$ git add -A\n$ git status"),
    # committed at once, and then the user spoke
    Story(("rejected corrected",), "> go\n@developer: Build -> src/a.py\n$ git commit -am x\n> no, that's wrong"),
    # the user commits by hand, or another agent does
    Story(("accepted committed",), "> go\n@developer: Build -> src/a.py\n> I committed it. Next: the docs"),
    Story(("accepted committed", ""), "> go\n@developer: Build -> src/a.py\n> commit\n@committer: Commit everything"),
)

_REVERTS = (
    Story(("rejected reverted",), "> go\n@developer: Build -> src/a.py\n> hm\n$ git checkout -- ."),
    Story(("rejected reverted",), "> go\n@developer: Build -> src/a.py\n> hm\n$ git checkout src/a.py"),
    Story(("rejected reverted",), "> go\n@developer: Build -> src/a.py src/b.py\n$ git restore src"),
    Story(("rejected reverted",), "> go\n@developer: Build -> src/a.py\n$ git reset --hard"),
    Story(("rejected reverted",), "> go\n@developer: Build -> src/a.py\n> back\n$ git stash && git stash drop"),
    Story(
        ("rejected reverted",),
        "> go\n@developer: Build -> src/a.py\n$ git commit -am x\n> hm\n$ git revert --no-edit HEAD",
    ),
    Story(
        ("rejected reverted",),
        "> go\n@developer: Build -> src/a.py\n$ git commit -am x\n> hm\n$ git reset --hard HEAD~1",
    ),
    Story(
        ("rejected reverted",), "> go\n@developer: Build -> src/a.py\n$ git commit -am x\n> hm\n$ git revert abc1234"
    ),
    Story(
        ("rejected reverted", "accepted committed"),
        "> go\n@developer: Build -> src/a.py\n$ git checkout .\n@architect: Build it otherwise -> src/a.py\n"
        "> good\n$ git commit -am x",
    ),
    # what looks like it
    Story(("",), "> go\n@developer: Build -> src/a.py\n$ git checkout -b feature"),
    Story(("",), "> go\n@developer: Build -> src/a.py\n$ git checkout main"),
    Story(("",), "> go\n@developer: Build -> src/a.py src/b.py\n$ git checkout src/b.py"),
    Story(("",), "> go\n@developer: Build -> src/a.py\n$ git restore --staged src/a.py"),
    Story(("",), "> go\n@developer: Build -> src/a.py\n$ git stash\n$ git stash pop"),
    Story(("",), "> go\n@developer: Build -> src/a.py\n$! git checkout ."),
    Story(("",), "> go\n@developer: Build -> src/a.py\n$ git reset -q HEAD src/a.py"),
    Story(
        ("accepted committed",),
        "> go\n@developer: Build -> src/a.py\n$ git commit -am x\n> more\n$ git commit -am y\n$ git revert --no-edit HEAD",
    ),
    # thrown away by other means
    Story(("rejected reverted",), "> go\n@developer: Build -> +src/new.py\n> away with it\n$ rm src/new.py"),
    Story(("rejected reverted",), "> go\n@developer: Build -> +src/new.py\n> clean up\n$ git clean -fd"),
)

_AGAIN = (
    Story(("rejected redelegated", ""), "> go\n@explorer: Find the auth code\n@explorer: Find the auth code again"),
    Story(
        ("rejected redelegated", ""),
        "> go\n@developer: Build the form -> src/a.py\n@developer: Fix the form -> src/a.py",
    ),
    Story(
        ("rejected redelegated", ""),
        "> go\n@developer: Build the form -> src/a.py\n> it looks odd on phones\n@developer: Rework the form -> src/a.py",
    ),
    Story(
        ("rejected redelegated", "accepted committed"),
        "> go\n@developer: Build the form -> src/a.py\n@developer: Redo the form -> src/a.py\n> ok\n$ git commit -am x",
    ),
    Story(
        ("rejected redelegated", "rejected redelegated", ""),
        "> go\n@developer: Fix flaky test -> t.py\n@developer: Fix flaky test -> t.py\n@developer: Fix flaky test -> t.py",
    ),
    # another task, or a repetition that is called for
    Story(("", ""), "> go\n@tester: Run the tests\n~ src/a.py 3\n@tester: Run the tests"),
    Story(("", "", ""), "> go\n@tester: Run the tests\n@developer: Build -> src/a.py\n@tester: Run the tests"),
    Story(("", ""), "> go\n@developer: Add users endpoint -> src/api.py\n@developer: Document orders -> src/api.py"),
    Story(
        ("", ""),
        "> go\n@developer: Add the users endpoint -> src/u.py\n@developer: Add the orders endpoint -> src/o.py",
    ),
    Story(
        ("accepted committed", ""),
        "> go\n@developer: Build the form -> src/a.py\n$ git commit -am x\n> next\n@developer: Fix the form -> src/a.py",
    ),
    Story(("", ""), "> go\n@developer: Build the form -> src/a.py\n@reviewer: Build the form"),
    Story(("", ""), "> go\n@developer: Implement step one -> src/a.py\n@developer: Implement step two -> src/b.py"),
    # the same module again: the next step of a plan, whose words are like those of the first
    Story(
        ("", ""),
        "> go\n@developer: Implement parser step one -> src/a.py\n@developer: Implement parser step two -> src/a.py",
    ),
    # given to somebody else
    Story(
        ("rejected redelegated", ""), "> go\n@junior: Build the form -> src/a.py\n@senior: Redo the form -> src/a.py"
    ),
)

_REWRITES = (
    Story(("rejected rewritten",), "> go\n@developer: Build -> src/a.py\n= src/a.py 4"),
    Story(("rejected rewritten",), "> go\n@developer: Build -> src/a.py\n~ src/a.py 4"),
    Story(("rejected rewritten",), "> go\n@developer: Build -> src/a.py\n~ src/a.py 1\n~ src/a.py 2"),
    Story(("rejected rewritten",), "> go\n@developer: Build -> src/a.py\n= src/a.py 4\n> ok\n$ git commit -am x"),
    # a finishing touch, later work, other files
    Story(("",), "> go\n@developer: Build -> src/a.py\n~ src/a.py 1"),
    Story(("",), "> go\n@developer: Build -> src/a.py\n> now rename everything\n~ src/a.py 4"),
    Story(("",), "> go\n@developer: Build -> src/a.py\n= src/other.py 4"),
    Story(("accepted committed",), "> go\n@developer: Build -> src/a.py\n$ git commit -am x\n= src/a.py 4"),
    # the main agent adds the next part to the same file by writing all of it
    Story(("",), "> go\n@developer: Draft the outline -> +doc/plan.md\n= doc/plan.md 0"),
)

STORIES: tuple[Story, ...] = (*_corrections(), *_SEVERAL, *_COMMITS, *_REVERTS, *_AGAIN, *_REWRITES)

RECORDED: dict[str, tuple[str, ...]] = {
    "05a_tty_esc_during_subagent_bash": ("rejected interrupted",),
    "05b_tty_esc_during_subagent_api": ("rejected interrupted",),
    "05c_tty_reject_tool_in_subagent": ("rejected tool_denied",),
    "05g_tty_redo": ("rejected corrected", "rejected reverted"),
}
"""Recorded sessions in which the user judged something; in all others nobody did."""

ERRORS: frozenset[str] = frozenset(
    {
        "I'd rather have this in the service layer, move it",
        "Hm, are you sure? the totals are off by one now",
        "Why on earth did you delete the fixtures?",
        "The spec says otherwise, read it and change it accordingly",
        "this needs to be much simpler",
        "you missed nothing, good job",
        "I committed it. Next: the docs",
        "@committer: Commit everything",
        "rm src/new.py",
        "git clean -fd",
        "@senior: Redo the form -> src/a.py",
    }
)
"""How the stories end of which the rules say something else than the label."""
