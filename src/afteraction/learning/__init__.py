"""What was recorded, turned into proposals for the rules that decide which agent is activated."""
