"""The program: a lazy command table and the error boundary.

Import time is user time: a command's module is imported only when that command runs, so ``--help`` costs click alone
and a heavy library is paid for by the command that uses it. Errors of ours become one line on stderr and the exit
code they carry; anything else is a bug and keeps its traceback.
"""

from __future__ import annotations

import importlib
import keyword
import sys

import click

from afteraction.cli.say import say
from afteraction.errors import AfteractionError

COMMANDS: dict[str, tuple[str, str]] = {
    "agent": ("afteraction.cli.agent", "One agent: trend, failures, cost, before and after edits of its definition."),
    "agents": ("afteraction.cli.agents", "Leaderboard: which agents succeed, how fast, at what cost."),
    "archive": ("afteraction.cli.archive", "Pack old days into one file each, or unpack them."),
    "best": ("afteraction.cli.best", "Which agent to give a task, from tasks like it."),
    "collect": ("afteraction.cli.collect", "Turn what the hooks and transcripts tell into records, now."),
    "compare": ("afteraction.cli.compare", "Two agents, or one before and after an edit of its definition."),
    "completion": ("afteraction.cli.completion", "Complete commands and options on Tab."),
    "cost": ("afteraction.cli.cost", "What runs cost, by agent, model, project or time."),
    "doctor": ("afteraction.cli.doctor", "Check that hooks, data folder and pipeline work."),
    "export": ("afteraction.cli.export", "Write what was recorded as JSON, CSV or Parquet."),
    "failures": ("afteraction.cli.failures", "Why runs fail: kinds, examples, where they concentrate, what to change."),
    "feedback": ("afteraction.cli.feedback", "Say whether an invocation's work was accepted."),
    "help": ("afteraction.cli.help", "The documentation, a topic at a time."),
    "import": ("afteraction.cli.import_", "Record the history that Claude Code's transcripts still hold."),
    "install": ("afteraction.cli.install", "Put the hooks into Claude Code's settings."),
    "mcp": ("afteraction.cli.mcp", "Answer a coding agent's questions over the Model Context Protocol."),
    "otlp": ("afteraction.cli.otlp", "Send traces and metrics to an OpenTelemetry receiver."),
    "pairs": ("afteraction.cli.pairs", "Which agents work together, and well."),
    "prune": ("afteraction.cli.prune", "Delete records older than some days."),
    "lake": ("afteraction.cli.lake", "Share records through a folder or an object store."),
    "quality": ("afteraction.cli.quality", "Was the work wanted: acceptance, corrections, false completions."),
    "redact": ("afteraction.cli.redact", "Pass text through the redactor."),
    "report": ("afteraction.cli.report", "One self-contained HTML page that opens from disk."),
    "review": ("afteraction.cli.review", "Daily, weekly, monthly: what improves, what needs work, what to drop."),
    "rules": ("afteraction.cli.rules", "What agent-rules.json should say, from evidence; apply it, undo it."),
    "serve": ("afteraction.cli.serve", "The same answers as a web page on this machine, live."),
    "show": ("afteraction.cli.show", "One invocation: outcome, evidence, tools, files, tokens."),
    "sql": ("afteraction.cli.sql", "Ask anything: one SELECT over all invocations."),
    "status-line": ("afteraction.cli.status_line", "What Claude Code runs to draw the line of a running subagent."),
    "suggestions": ("afteraction.cli.suggestions", "How often suggested agents are taken, by agent and confidence."),
    "top": ("afteraction.cli.top", "Live: which subagents run now, and which ended last."),
    "trend": ("afteraction.cli.trend", "Success, runs, cost and time over time."),
    "uninstall": ("afteraction.cli.uninstall", "Take the hooks out again."),
    "usage": ("afteraction.cli.usage", "Most and least used agents, defined but unused, busiest hours."),
    "workflow": ("afteraction.cli.workflow", "One workflow as a tree with its timeline."),
    "workflows": ("afteraction.cli.workflows", "Most common sequences of agents; --trend: are they improving."),
}
"""Command → module with a click command of the same name, and the line shown by ``--help``."""


class LazyGroup(click.Group):
    """A click group that knows its commands by name and imports each one only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All command names, sorted."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command; None when there is no such command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        command = getattr(module, f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)  # noqa: S101 - a wrong table entry is a bug of ours
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve a command; a mistyped one is answered with the nearest name."""
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            import difflib

            near = difflib.get_close_matches(name, COMMANDS, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else " 'afteraction --help' lists the commands."
            ctx.fail(f"No such command '{name}'.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with their short help, without importing any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="afteraction")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Afteraction: what your coding subagents really did.

    Without a command: the leaderboard, after an import of the history on this machine when nothing is recorded yet.
    """
    if ctx.invoked_subcommand is None:
        importlib.import_module("afteraction.cli.first_run").import_when_empty()
        module = importlib.import_module(COMMANDS["agents"][0])
        ctx.invoke(module.agents)


def main() -> None:
    """Run the program; an error of ours is one line on stderr and its own exit code."""
    try:
        cli(prog_name="afteraction")
    except AfteractionError as error:
        say(f"afteraction: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of a pipe (head, less) has left; that is no error of ours.
        sys.stdout = None  # the interpreter must not flush it again
        sys.exit(0)
