"""The names under which OpenTelemetry knows what we send, pinned to one version of its conventions.

Written out instead of imported: the GenAI conventions are not stable, and an update of a library must not rename what
people's dashboards read. ``docs/opentelemetry.md`` says what each one holds; a test holds the names against the
library that carries them.
"""

from __future__ import annotations

from typing import Final

VERSION: Final = "1.41.0"
"""The last release in which a workflow has a name of its own, ``gen_ai.workflow.name``."""
SCHEMA_URL: Final = f"https://opentelemetry.io/schemas/{VERSION}"
SCOPE: Final = "afteraction"
SERVICE_NAME: Final = "service.name"
SERVICE_VERSION: Final = "service.version"

OPERATION: Final = "gen_ai.operation.name"
INVOKE_WORKFLOW: Final = "invoke_workflow"
INVOKE_AGENT: Final = "invoke_agent"
EXECUTE_TOOL: Final = "execute_tool"

PROVIDER: Final = "gen_ai.provider.name"
ANTHROPIC: Final = "anthropic"
AGENT_ID: Final = "gen_ai.agent.id"
AGENT_NAME: Final = "gen_ai.agent.name"
AGENT_VERSION: Final = "gen_ai.agent.version"
CONVERSATION_ID: Final = "gen_ai.conversation.id"
WORKFLOW_NAME: Final = "gen_ai.workflow.name"
RESPONSE_MODEL: Final = "gen_ai.response.model"
INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
CACHE_READ_TOKENS: Final = "gen_ai.usage.cache_read.input_tokens"
CACHE_CREATION_TOKENS: Final = "gen_ai.usage.cache_creation.input_tokens"
TOOL_NAME: Final = "gen_ai.tool.name"
TOKEN_TYPE: Final = "gen_ai.token.type"  # noqa: S105 - tokens of a model
ERROR_TYPE: Final = "error.type"

DURATION_METRIC: Final = "gen_ai.client.operation.duration"
DURATION_BOUNDS: Final = tuple(2**step / 100 for step in range(19))
"""Seconds: the fourteen bounds that the convention names, and its doubling continued to 44 minutes."""
TOKEN_METRIC: Final = "gen_ai.client.token.usage"  # noqa: S105 - the same
TOKEN_BOUNDS: Final = tuple(float(4**step) for step in range(14))

OURS: Final = "afteraction."
"""Begins every name that no convention has."""


def provider(model: str | None) -> str | None:
    """Who serves a model, as far as its id tells."""
    return ANTHROPIC if model is not None and model.startswith("claude") else None
