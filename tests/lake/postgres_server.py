"""A PostgreSQL server of its own for a test run, below a temporary folder and on a socket in it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLACES = ("/usr/local/bin", *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)))


@contextmanager
def postgres_server() -> Iterator[str]:
    """Start a server; yields the URL of an empty database. It never runs as root, which PostgreSQL refuses."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path has a limit
    search = os.pathsep.join((os.environ.get("PATH", ""), *_PLACES))
    pg_ctl, initdb = shutil.which("pg_ctl", path=search), shutil.which("initdb", path=search)
    assert pg_ctl is not None, "PostgreSQL is needed: apt-get install postgresql"
    assert initdb is not None, "PostgreSQL is needed: apt-get install postgresql"
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    data = folder / "data"

    def run(*command: str) -> None:
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, **identity)  # type: ignore[call-overload]

    run(initdb, "-D", str(data), "-U", "tester", "-A", "trust", "--locale", "C.UTF-8", "-E", "UTF8", "-N")
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    run(pg_ctl, "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        yield f"postgresql://tester@/postgres?host={folder}"
    finally:
        run(pg_ctl, "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)
