"""The shell command that Claude Code runs at every event.

It must be silent and exit 0 even when the interpreter, the stub or the package is gone, and when the interpreter says
2, which the client would take as a veto. So the shell stays and swallows everything:

    { PYTHON -I -S ENTRY ROOT COLLECTOR_PYTHON || : afteraction; } >/dev/null 2>&1

Measured against the alternatives under ``sh -c`` (dash; a script that exits at once; medians of 400 interleaved runs):
PYTHON alone 8.7 ms, this form 8.6 ms, ``[ ! -x PYTHON ] || exec PYTHON`` 8.4 ms. The ``exec`` form saves the shell's
fork, 3 %, and passes on every exit status it did not foresee. The braces matter: outside them the shell would print
"Segmentation fault" for a killed interpreter itself, past the redirection. ``:`` takes any arguments, so the word by
which people and ``uninstall`` know our entries is there whatever the paths are called.
"""

from __future__ import annotations

from shlex import join


def hook_command(interpreter: str, entry: str, root: str, collector_python: str) -> str:
    """The command for the settings file.

    All arguments are absolute paths: the real binary of the interpreter (never a shim, which costs 100 ms), the
    hook's ``entry.py``, the telemetry root, and the Python of the environment that has ``afteraction`` installed.
    """
    command = join([interpreter, "-I", "-S", entry, root, collector_python])
    return f"{{ {command} || : afteraction; }} >/dev/null 2>&1"
