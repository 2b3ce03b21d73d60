"""A program that asks the client one thing through the Python Agent SDK and prints the final answer.

It is a process of its own because the SDK hands the environment of its process on to the client: only so does
the client get the clean environment of a workplace. Run as
``python -I sdk_session.py BINARY SESSION PROMPT``.
"""

from __future__ import annotations

import asyncio
import sys

from claude_agent_sdk import ClaudeAgentOptions, ResultMessage, query


async def ask(binary: str, session_id: str, prompt: str) -> int:
    """Run one query to its end; 0 when the client reported no error."""
    options = ClaudeAgentOptions(
        cli_path=binary,
        setting_sources=["user", "project", "local"],
        extra_args={"session-id": session_id},
    )
    failed = True
    async for message in query(prompt=prompt, options=options):
        if isinstance(message, ResultMessage):
            failed = message.is_error
            sys.stdout.write(f"{message.result}\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(asyncio.run(ask(*sys.argv[1:])))
