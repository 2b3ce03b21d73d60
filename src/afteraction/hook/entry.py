"""The file the installed command runs: ``python -I -S entry.py ROOT COLLECTOR_PYTHON``.

Python compiles the file it is given anew at every run, so this one only imports the other, whose bytecode is cached.
Its folder is not put on ``sys.path``: an empty stand-in for the package, which knows just that folder, finds our
modules under their real names, cannot shadow a module of Python's, and runs no ``__init__``.
"""

import sys
from posix import _exit

if __name__ == "__main__":
    try:
        package = type(sys)("afteraction.hook")
        package.__path__ = [__file__.rpartition("/")[0] or "."]
        sys.modules["afteraction.hook"] = package
        from afteraction.hook.record_event import main

        main(sys.argv)
    except BaseException:  # noqa: BLE001, S110 - silence is the contract, and there is nobody to tell
        pass
    finally:
        _exit(0)
