"""The file the installed command runs: ``python -I -S entry.py ROOT COLLECTOR_PYTHON``.

Python compiles the file it is given anew at every run, so this one only imports the other, whose bytecode is cached.
Its folder is not put on ``sys.path``: an empty stand-in for the package, which knows just that folder, finds our
modules under their real names, cannot shadow a module of Python's, and runs no ``__init__``.

Python 3.11 puts bytecode in place that a full disk has cut short, and then fails on it for ever: so it is thrown away.
"""

import sys
from posix import _exit, listdir, unlink

if __name__ == "__main__":
    try:
        package = type(sys)("afteraction.hook")
        package.__path__ = [__file__.rpartition("/")[0] or "."]
        sys.modules["afteraction.hook"] = package
        from afteraction.hook.record_event import main

        main(sys.argv)
    except (EOFError, TypeError, ValueError):  # what unreadable bytecode raises
        for name in listdir(bytecode := f"{package.__path__[0]}/__pycache__"):
            unlink(f"{bytecode}/{name}")
    except BaseException:  # noqa: BLE001, S110 - silence is the contract, and there is nobody to tell
        pass
    finally:
        _exit(0)
