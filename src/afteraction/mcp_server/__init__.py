"""The questions as tools of the Model Context Protocol: a coding agent asks what its subagents really did."""
