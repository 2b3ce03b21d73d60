"""A process that has imported the collector and forks a fresh collector for every line on its stdin.

Starting Python takes ten times as long as a pass, and a pass has hundreds of system calls to fail at. Each line is
JSON: the root, whether to sweep, and whether to wait for SIGUSR1 first, so that a tracer counts from there. Each answer
is the pid when it waits, then the exit status as the kernel gives it. The first line's pass is made twice, first by
this process itself, so that no fork has anything left to import.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from pathlib import Path

from afteraction.collector import detached
from afteraction.collector.lock import CollectorLock
from afteraction.collector.run import HistoryRequest, run_collector
from afteraction.paths import Root


def main() -> None:
    """Serve until stdin ends."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    for number, line in enumerate(sys.stdin):
        order = json.loads(line)
        if number == 0:
            root = Root(Path(order["root"]))
            run_collector(root, os.environ, locked(root), history=HistoryRequest(mend=True))
        child = os.fork()
        if child == 0:
            collect(Root(Path(order["root"])), sweep=order["sweep"], waits=order["waits"])
        answer(os.waitpid(child, 0)[1])


def answer(number: int) -> None:
    """Print one number."""
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def locked(root: Root) -> CollectorLock:
    """The lock of a root, held."""
    lock = CollectorLock(root)
    lock.acquire(wait=True)
    return lock


def collect(root: Root, *, sweep: bool, waits: bool) -> None:
    """Be a collector as a hook starts one, or as ``afteraction collect --sweep`` does, and end this process."""
    status = 2
    try:
        lock = locked(root)
        inherited = lock._descriptor  # noqa: SLF001 - the hook hands on exactly this number
        sys.argv[1:] = [str(root.path), str(inherited)]
        if waits:
            answer(os.getpid())
            signal.sigwait([signal.SIGUSR1])
        if sweep:
            status = bool(run_collector(root, os.environ, lock, history=HistoryRequest(mend=True)).collected.failures)
        else:
            detached.main()
            status = 0
    except SystemExit as end:
        status = int(end.code or 0)
    except OSError:
        status = 1  # ``afteraction collect`` says so on stderr
    except BaseException:  # noqa: BLE001 - the child must not become a second server
        traceback.print_exc()
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
