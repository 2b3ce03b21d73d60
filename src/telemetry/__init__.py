"""The public Python API: log invocations of agents that no hook sees, into the same records."""
