"""Answers on a terminal, in a pipe, as JSON or CSV. Nothing here asks the index."""
