"""What runs right now: the hooks' lines and the records as they appear, read as they grow."""
