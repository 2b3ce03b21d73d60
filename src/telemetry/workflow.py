"""Which workflow this process belongs to, as the shell that started it says.

The two variables are the whole protocol, so that agents in any language can hand a workflow on to the processes they
start.
"""

from __future__ import annotations

import os

WORKFLOW_VARIABLE = "OAK_WORKFLOW_ID"
PARENT_VARIABLE = "OAK_PARENT_INVOCATION_ID"


def get_workflow_context() -> dict[str, str | None]:
    """Read the context from the environment: ``workflow_id`` and ``parent_invocation_id``, each None when not set."""
    return {
        "workflow_id": os.environ.get(WORKFLOW_VARIABLE) or None,
        "parent_invocation_id": os.environ.get(PARENT_VARIABLE) or None,
    }
