"""A demonstration that needs no account: real sessions, or recorded ones, in a throw-away HOME."""
