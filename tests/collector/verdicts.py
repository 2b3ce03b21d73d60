"""How every recorded agent really ended, written by hand from the notes taken while it was recorded.

The notes say what was done to the agent (a signal, a turn limit, an API error) and never what this program made of it.
Recordings are of client 2.1.197 unless the name ends in another version. ``DENIED`` counts the spawn calls that were
refused before any agent existed. The tables at the end say what is left of the truth when evidence is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

from afteraction.collector.outcome import CATEGORIES

Verdict = tuple[str, str, str]
"""Agent, status, category."""

_DONE = ("backend-architect", "success", "completed")
_INTERRUPTED = ("backend-architect", "failure", "interrupted")
_KILLED = ("backend-architect", "failure", "killed")
_ABANDONED = ("backend-architect", "failure", "abandoned")
_OLD_CLIENT_S = [_DONE, ("general-purpose", "success", "completed"), ("general-purpose", "failure", "api_error")]

VERDICTS: dict[str, list[Verdict]] = {
    "00_basic": [_DONE],
    "00_basic__v2.1.330": [_DONE],
    "01a_sigint_bash": [_INTERRUPTED],
    "01b_sigint_api": [_INTERRUPTED],
    "01b_sigint_api__v2.1.330": [_INTERRUPTED],
    "01c_sigterm_bash__v2.1.330": [_INTERRUPTED],
    "01d_sigkill_bash": [_KILLED],
    "01d_sigkill_bash__v2.1.330": [_KILLED],
    "02a_bg_taskstop": [_KILLED],
    "02b_bg_running_at_end_ceiling": [_ABANDONED],  # it had only read
    "02b_bg_running_at_end_ceiling__v2.1.330": [_ABANDONED],
    "02c_bg_several": [("general-purpose", "success", "completed"), _DONE, ("Explore", "failure", "api_error")],
    "02d_bg_nested": [_DONE, ("Explore", "success", "completed")],
    "03a_sendmessage_resume": [_DONE],
    "03a_sendmessage_resume__v2.1.330": [_DONE],
    "03d_subagentstop_block": [_DONE],
    "03d_subagentstop_block__v2.1.330": [_DONE],
    "04a_pretooluse_hook_deny_exit2": [],
    "04a_pretooluse_hook_deny_exit2__v2.1.330": [],
    "04c_permission_deny_agent": [("backend-architect", "failure", "not_started")],
    "04c_permission_deny_agent__v2.1.330": [("backend-architect", "failure", "not_started")],
    "04d2_permission_needed_inside": [_DONE],  # tools were refused by rule, not by the user, and it still answered
    "04d2_permission_needed_inside__v2.1.330": [_DONE],
    "04d4_hook_denied_inside": [_DONE],
    "04d_permission_denied_inside": [_DONE],
    "04e_maxturns": [("backend-architect", "partial", "turn_limit")],
    "04g_api_429_exhausted": [("backend-architect", "failure", "rate_limited")],
    "04h_api_500_exhausted": [("backend-architect", "failure", "api_error")],
    "04h_api_500_exhausted__v2.1.330": [("backend-architect", "failure", "api_error")],
    "04k_prompt_too_long": [("backend-architect", "failure", "context_exceeded")],
    "04k_prompt_too_long__v2.1.330": [_DONE],  # it compacted and went on
    "04l_stop_refusal": [("backend-architect", "failure", "refused")],
    "04m3_stop_max_tokens_forever": [("backend-architect", "failure", "truncated")],
    "04m3_stop_max_tokens_forever__v2.1.330": [("backend-architect", "failure", "truncated")],
    "04m_stop_max_tokens": [_DONE],  # the client asked it to go on, and it ended by itself
    "04o_api_timeout": [("backend-architect", "failure", "timeout")],
    "04p_stream_cut": [("backend-architect", "partial", "truncated")],
    "04q_empty_final": [("backend-architect", "partial", "empty_answer")],
    "04u_cli_max_turns": [_DONE],  # the limit was the main thread's
    "05a_tty_esc_during_subagent_bash": [_INTERRUPTED],
    "05a_tty_esc_during_subagent_bash__v2.1.330": [_KILLED],  # Esc left it running; its client was then killed
    "05b_tty_esc_during_subagent_api": [_INTERRUPTED],
    "05b_tty_esc_during_subagent_api__v2.1.330": [_KILLED],
    "05c_tty_reject_tool_in_subagent": [("backend-architect", "partial", "tool_denied")],
    "05e_tty_accept_tool": [_DONE],
    "05f_tty_reject_agent_call": [],
    "05g_tty_redo": [_DONE, _DONE],
    "05h_tty_ctrlb_background": [_DONE],
    "05i_tty_exit_with_bg_running": [_ABANDONED],
    "05j_tty_terminal_closed": [_INTERRUPTED],
    "05j_tty_terminal_closed__v2.1.330": [_INTERRUPTED],
    "06a_worktree": [_DONE],
    "06a_worktree__v2.1.330": [_DONE],
    "06a_worktree_clean": [_DONE],
    "06b_models": [
        ("m-inherit", "success", "completed"),
        ("m-none", "success", "completed"),
        ("m-full", "success", "completed"),
        ("m-haiku", "success", "completed"),
        ("Explore", "success", "completed"),
        ("m-haiku", "success", "completed"),
        ("Plan", "success", "completed"),
        ("general-purpose", "success", "completed"),
        ("general-purpose", "success", "completed"),
    ],
    "06c_agents_json": [("reviewer", "success", "completed")],
    "06d_agent_flag": [_DONE],
    "06f2_skill_fork_slash": [("general-purpose", "success", "completed")],
    "06f3_skill_inline": [],
    "06f_skill_context_fork": [_DONE],
    "06g_workflow": [
        ("workflow-subagent", "success", "completed"),
        _DONE,
        ("workflow-subagent", "failure", "api_error"),
    ],
    "06i_team": [_DONE],
    "06i_team__v2.1.330": [_DONE],
    "06j_tty_clear": [_DONE, _DONE],
    "06k_tty_compact": [_DONE, _DONE],
    "06m2_compaction_in_subagent_auto": [_DONE],
    "06m2_compaction_in_subagent_auto__v2.1.330": [_DONE],
    "07a_env": [_DONE],
    "10a_slow_stream_usage": [_DONE],
    "10a_slow_stream_usage__v2.1.330": [_DONE],
    "10b_old_format__v1.0.60": _OLD_CLIENT_S,
    "10b_old_format__v2.0.30": _OLD_CLIENT_S,
    "10b_old_format__v2.1.20": _OLD_CLIENT_S,
    "12b_fg_env_disable_bg__v2.1.330": [_DONE],
}

DENIED = {
    "04a_pretooluse_hook_deny_exit2": 1,
    "04a_pretooluse_hook_deny_exit2__v2.1.330": 1,
    "05f_tty_reject_agent_call": 1,
}

_VANISHED = ("backend-architect", "failure", "vanished")

WITHOUT_TRANSCRIPTS: dict[str, list[Verdict]] = {
    # A client that is gone without a SessionEnd looks the same to its hooks whatever signal ended it.
    "01a_sigint_bash": [_KILLED],
    # The session ended, and nothing was ever told about the agent's end.
    "01b_sigint_api": [_VANISHED],
    "01b_sigint_api__v2.1.330": [_VANISHED],
    "01c_sigterm_bash__v2.1.330": [_VANISHED],
    "02b_bg_running_at_end_ceiling": [_VANISHED],
    "02b_bg_running_at_end_ceiling__v2.1.330": [_VANISHED],
    "05a_tty_esc_during_subagent_bash": [_VANISHED],
    "05b_tty_esc_during_subagent_api": [_VANISHED],
    "05j_tty_terminal_closed__v2.1.330": [_VANISHED],
    # The client's word "completed" is no end that anybody saw.
    "04e_maxturns": [_VANISHED],
    # Which API error it was stands in a text, and a hook keeps no texts.
    "04k_prompt_too_long": [("backend-architect", "failure", "api_error")],
    "04l_stop_refusal": [("backend-architect", "failure", "api_error")],
    "04o_api_timeout": [("backend-architect", "failure", "api_error")],
    # The hooks of these clients name no agent, or there are none.
    "10b_old_format__v1.0.60": [],
    "10b_old_format__v2.0.30": [],
}
"""What hooks alone can tell, where that is less than the truth; of every other recording they tell all of it."""

BELIEVED: dict[str, list[Verdict]] = {
    # Half an answer, and one after a tool that the user refused: to a hook each is a stop like any other.
    "04p_stream_cut": [_DONE],
    "05c_tty_reject_tool_in_subagent": [_DONE],
    # That the stop came without a message is not among what a hook keeps.
    "04q_empty_final": [_DONE],
    # The client before StopFailure says "completed"; that the error cost no token is kept, and nobody asks for it yet.
    "10b_old_format__v2.1.20": [_DONE, *[("general-purpose", "success", "completed")] * 2],
}
"""What hooks alone get wrong: their stop is believed because nothing they are told speaks against it."""


@dataclass(frozen=True, slots=True)
class OnlyHooksKnew:
    """What a record says instead when the one piece of evidence for something is missing."""

    case: str
    missing: str
    """An event, or all of them."""
    instead: dict[str, str]
    """What is said in place of the truth, by its place."""


ALL_EVENTS = "all events"
_CATEGORY = "records[0].metadata.outcome.category"
_MESSAGE = "records[0].error_message"
_SAID_KILLED = {_CATEGORY: "killed", _MESSAGE: CATEGORIES["killed"]}
_SAID_INTERRUPTED = {_CATEGORY: "interrupted", _MESSAGE: CATEGORIES["interrupted"]}

ONLY_HOOKS_KNEW = [
    # Its process is gone: a SessionEnd is all that tells a client that ended from one that was killed.
    OnlyHooksKnew("01b_sigint_api", "SessionEnd", _SAID_KILLED),
    OnlyHooksKnew("01b_sigint_api__v2.1.330", "SessionEnd", _SAID_KILLED),
    OnlyHooksKnew("02b_bg_running_at_end_ceiling", "SessionEnd", _SAID_KILLED),
    # The transcript stops after a tool's result: killed or interrupted, only the process tells.
    OnlyHooksKnew("05b_tty_esc_during_subagent_api__v2.1.330", ALL_EVENTS, _SAID_INTERRUPTED),
]
"""Every place where a record says something else, and not only less, than with all of the evidence."""
