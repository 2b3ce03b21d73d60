"""For each rule of the outcome table a session that falls under it, and one that looks alike and does not.

A recording of the real client is taken as it is where there is one; where there is none, one is changed, in words that
``docs/outcomes.md`` repeats.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.collector.recorded_endings import Recording
from tests.collector.session_changes import (
    edited_instead_of_read,
    without_agent_file,
    without_error_line,
    without_error_mark,
    without_event,
    without_interruption,
    without_result,
    without_transcripts,
)

NO_INVOCATION = "no invocation"
OPEN = "still running"


@dataclass(frozen=True, slots=True)
class Pair:
    """A rule's case and its counter-case."""

    falls: Recording
    alike: Recording
    instead: str
    """What decides the counter-case: another rule's name, ``NO_INVOCATION`` or ``OPEN``."""


CASES: dict[str, Pair] = {
    "never_started": Pair(
        Recording("04c_permission_deny_agent"),
        Recording("04a_pretooluse_hook_deny_exit2"),
        NO_INVOCATION,
    ),
    "stopped_by_task": Pair(
        Recording("02a_bg_taskstop"),
        Recording("05i_tty_exit_with_bg_running"),
        "killed_at_exit",
    ),
    "killed_at_exit": Pair(
        Recording("05i_tty_exit_with_bg_running"),
        Recording("02a_bg_taskstop"),
        "stopped_by_task",
    ),
    "notified_killed": Pair(
        Recording("05i_tty_exit_with_bg_running", (without_event("SessionEnd"),), "live hooks"),
        Recording("05h_tty_ctrlb_background"),
        "answered",
    ),
    "model_refused": Pair(
        Recording("04l_stop_refusal"),
        Recording("04k_prompt_too_long"),
        "api_prompt_too_long",
    ),
    "api_rate_limit": Pair(
        Recording("04g_api_429_exhausted"),
        Recording("04h_api_500_exhausted"),
        "api_failure",
    ),
    "api_prompt_too_long": Pair(
        Recording("04k_prompt_too_long"),
        Recording("04k_prompt_too_long__v2.1.330"),
        "answered",
    ),
    "api_output_limit": Pair(
        Recording("04m3_stop_max_tokens_forever"),
        Recording("04m_stop_max_tokens"),
        "answered",
    ),
    "api_timeout": Pair(
        Recording("04o_api_timeout"),
        Recording("04h_api_500_exhausted"),
        "api_failure",
    ),
    "api_failure": Pair(
        Recording("04h_api_500_exhausted"),
        Recording("04p_stream_cut"),
        "stream_cut",
    ),
    "spawn_interrupted": Pair(
        Recording("01a_sigint_bash"),
        Recording("05f_tty_reject_agent_call"),
        NO_INVOCATION,
    ),
    "interrupted_at_exit": Pair(
        Recording("02b_bg_running_at_end_ceiling__v2.1.330"),
        Recording("02b_bg_running_at_end_ceiling__v2.1.330", (without_interruption(),)),
        "cut_by_session_end",
    ),
    "interrupted_itself": Pair(
        Recording("05a_tty_esc_during_subagent_bash", (without_result(),)),
        Recording("02b_bg_running_at_end_ceiling__v2.1.330"),
        "interrupted_at_exit",
    ),
    "no_text": Pair(
        Recording("04q_empty_final"),
        Recording("04e_maxturns"),
        "stopped_at_limit",
    ),
    "output_limit": Pair(
        Recording("04m3_stop_max_tokens_forever", (without_error_line(), without_event("StopFailure"))),
        Recording("04m3_stop_max_tokens_forever", (without_error_line(),)),
        "api_output_limit",
    ),
    "stream_cut": Pair(
        Recording("04p_stream_cut"),
        Recording("10b_old_format__v2.1.20", agent="backend-architect"),
        "answered",
    ),
    "answered_with_error": Pair(
        Recording("04h_api_500_exhausted", (without_error_mark(), without_event("StopFailure"))),
        Recording("04h_api_500_exhausted"),
        "api_failure",
    ),
    "user_denied": Pair(
        Recording("05c_tty_reject_tool_in_subagent"),
        Recording("04d_permission_denied_inside"),
        "answered",
    ),
    "answered": Pair(
        Recording("00_basic"),
        Recording("04q_empty_final"),
        "no_text",
    ),
    "stopped_at_limit": Pair(
        Recording("04e_maxturns"),
        Recording("01b_sigint_api"),
        "cut_by_session_end",
    ),
    "reported_failed": Pair(
        Recording("04h_api_500_exhausted__v2.1.330", (without_error_line(), without_event("StopFailure"))),
        Recording("04h_api_500_exhausted__v2.1.330"),
        "api_failure",
    ),
    "told_nothing": Pair(
        Recording("04q_empty_final", (without_agent_file(),), "transcripts"),
        Recording("04k_prompt_too_long", (without_agent_file(),), "transcripts"),
        "api_prompt_too_long",
    ),
    "told_answer": Pair(
        Recording("00_basic", (without_agent_file(),)),
        Recording("04g_api_429_exhausted", (without_agent_file(),), "transcripts"),
        "api_rate_limit",
    ),
    "stop_believed": Pair(
        Recording("00_basic", (without_transcripts(),)),
        Recording("04e_maxturns", (without_transcripts(),)),
        "never_seen_again",
    ),
    "parent_moved_on": Pair(
        Recording("05b_tty_esc_during_subagent_api", (without_result(), without_interruption())),
        Recording("01b_sigint_api"),
        "cut_by_session_end",
    ),
    "client_gone": Pair(
        Recording("01d_sigkill_bash"),
        Recording("01d_sigkill_bash", told_by="live hooks"),
        OPEN,
    ),
    "never_seen_again": Pair(
        Recording("02b_bg_running_at_end_ceiling", (without_agent_file(),)),
        Recording("00_basic", (without_agent_file(),)),
        "told_answer",
    ),
    "left_running": Pair(
        Recording("02b_bg_running_at_end_ceiling"),
        Recording("01b_sigint_api__v2.1.330"),
        "cut_by_session_end",
    ),
    "cut_by_session_end": Pair(
        Recording("01b_sigint_api"),
        Recording("01d_sigkill_bash__v2.1.330"),
        "client_gone",
    ),
    "silent": Pair(
        Recording("01d_sigkill_bash", told_by="transcripts"),
        Recording("01b_sigint_api", told_by="transcripts"),
        "cut_by_session_end",
    ),
}
"""By the rule's name."""

EDITED: dict[str, Recording] = {
    "killed_at_exit": Recording("05i_tty_exit_with_bg_running", (edited_instead_of_read(),)),
    "interrupted_at_exit": Recording("02b_bg_running_at_end_ceiling__v2.1.330", (edited_instead_of_read(),)),
    "left_running": Recording("02b_bg_running_at_end_ceiling", (edited_instead_of_read(),)),
}
"""For each rule that asks whether files had been modified, a session in which they had."""
