"""Claude Code: its hook events, its transcripts, its settings file. Nothing outside this folder knows their shape."""
