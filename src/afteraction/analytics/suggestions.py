"""What to change when runs end in a certain way: one fixed text for each category of outcome.

Fixed, because advice made up from an error message would sound surer than it is. Each names the cheapest remedy first.
"""

from __future__ import annotations

_SUGGESTIONS = {
    "api_error": "Retry later; if it goes on, look at the provider's status page or the request that is refused.",
    "rate_limited": "Run fewer agents at once, spread the work, or give the simple agents a smaller model.",
    "context_exceeded": "Give it a narrower task, or tell its definition to read less and to search first.",
    "refused": "Word the task differently, or hand it to another model.",
    "timeout": "Split the task, or try again when the API is quicker.",
    "not_started": "Correct the agent's name or install the agent; look for a rule that forbids it.",
    "interrupted": "See where the user lost patience: shorter tasks, a clearer report on the way, or a faster model.",
    "killed": "See who stopped it: tasks that are stopped by hand are too long, or were not wanted.",
    "crashed": "Look at the example: the client reported a fault of its own; an update may mend it.",
    "vanished": "Nobody saw the end: let the session run until its agents are done, and check 'afteraction doctor'.",
    "abandoned": "Do not end the session while agents work in the background, or run this one in the foreground.",
    "turn_limit": "Raise maxTurns in its definition, or give it smaller tasks.",
    "truncated": "Ask for a shorter answer: a summary instead of whole files.",
    "empty_answer": "Tell its definition to end with a written result, whatever it found.",
    "error_text": "Tell its definition what to do when a tool fails, instead of reporting the error.",
    "tool_denied": "Allow the tool where it is safe, or take it out of the definition's tools.",
}
_UNKNOWN = "Look at an example: no record says why it ended."


def suggestion(category: str | None) -> str:
    """What to change when runs end so; where the category is unknown, or is not one of ours, where to look."""
    return _SUGGESTIONS.get(category or "", _UNKNOWN)
