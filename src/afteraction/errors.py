"""What can go wrong, as one small tree.

A message says what happened, where, and what to do next; only ``cli`` prints it. The collector never raises these
towards a session: it counts what it could not read and goes on.
"""


class AfteractionError(Exception):
    """Base of every error a user may see; the process exits with ``exit_code``."""

    exit_code = 1


class SettingsError(AfteractionError):
    """A client's settings file cannot be read, parsed or replaced safely."""


class StoreError(AfteractionError):
    """The data folder cannot be read or written."""


class NotFoundError(AfteractionError):
    """What was asked for does not exist: an invocation, a workflow, any data at all."""

    exit_code = 3


def cannot_read(folder: object, error: OSError) -> StoreError:
    """What to raise for a folder of ours that cannot be listed."""
    advice = "check who owns it"
    if isinstance(error, NotADirectoryError):
        advice = "a file is where a folder must be: move it, or set OAK_TELEMETRY_DIR to a folder"
    return StoreError(f"cannot read {folder}: {error.strerror}; {advice}")
