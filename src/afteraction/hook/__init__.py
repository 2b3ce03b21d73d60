"""What Claude Code runs at every event: stdin to one line of the spool, then out of the way.

It imports nothing of the rest of Afteraction and next to nothing of Python, because it runs inside somebody else's
session, several times a second. ``entry.py`` is the file that the installed command names.
"""
