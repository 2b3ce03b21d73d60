"""The two sessions of the demo: what the user asks, what the scripted model answers, what goes wrong on purpose.

The prompts themselves are the markers by which the scripted model finds its lines, so what is read in the
transcripts afterwards is what a user would have typed.
"""

from __future__ import annotations

from tests.client.scenarios import Scenario, user
from tests.client.script import ApiError, Conversation, agent, bash, call, edit, read, say, write

REVIEW_CODE = Conversation(
    "Review src/auth.py", (call(read("src/auth.py")),), say("login() always returns None; nothing checks a password.")
)
REVIEW_DOCS = Conversation(
    "Review README.md", (call(read("README.md")),), say("The README does not say how to log in.")
)
RUN_TESTS = Conversation(
    "Run all unit tests", (call(bash("test -f tests.ok")), call(read("src/auth.py"))), say("One test fails: login.")
)
DESIGN = Conversation(
    "Design the auth API",
    (
        call(read("src/auth.py")),
        call(edit("src/auth.py", "return None", "return check(request)"), write("docs.md", "# Auth API\n")),
        call(agent("test-runner", "Run the unit tests", "Run all unit tests")),
    ),
    say("The API is designed; one test still fails."),
)
AUDIT = Conversation(
    "Audit the tokens",
    (call(read("src/auth.py")), ApiError(500, "api_error", "Internal server error")),
)
FIX = Conversation(
    "Make the login test pass",
    (call(bash("false")), call(write("tests.ok", "ok\n")), call(bash("test -f tests.ok"))),
    say("All tests pass now."),
)

SESSIONS = (
    Scenario(
        (
            REVIEW_CODE,
            REVIEW_DOCS,
            RUN_TESTS,
            DESIGN,
            AUDIT,
            user(
                agent("code-reviewer", "Review the login code", "Review src/auth.py"),
                agent("code-reviewer", "Review the docs", "Review README.md"),
                agent("backend-architect", "Design the auth API", "Design the auth API"),
                agent("security-auditor", "Audit token handling", "Audit the tokens"),
                marker="Build a login",
            ),
        ),
        prompt="Build a login, please",
    ),
    Scenario(
        (
            FIX,
            user(
                agent("test-runner", "Fix the failing test", "Make the login test pass", background=True),
                marker="One test fails",
            ),
        ),
        prompt="One test fails, have it fixed",
    ),
)
