"""Install one pinned version of the real Claude Code client from npm, once per checkout.

``npm ci`` checks every package against the hash in the committed lock file, which names no registry, so the
machine's own npm configuration decides where packages come from. The platform package's binary is run
directly: the wrapper package links it in a postinstall script, which we do not run (npm 11 would not either),
so that installing the client executes nothing.
"""

from __future__ import annotations

import fcntl
import platform
import shutil
import subprocess
import sys
from pathlib import Path

VERSIONS = ("2.1.197", "2.1.330")
"""Every version the product is tested with; the hook contract changed between them."""

NEWEST = VERSIONS[-1]

CHECKOUT = Path(__file__).resolve().parents[2]
CACHE = CHECKOUT / ".cache" / "clients"
LOCK_FILES = Path(__file__).resolve().parent / "clients"
NPM_CI = ("npm", "ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error")
NPM_TIMEOUT_S = 600


class ClientUnavailableError(Exception):
    """The real client cannot be had on this machine; the message says what to do."""


class NpmMissingError(ClientUnavailableError):
    """npm is not on PATH, and the client is not in the cache."""

    def __init__(self) -> None:
        super().__init__(
            "npm is not on PATH, so the real Claude Code client cannot be installed; "
            "install it with `apt-get install npm` or from your system's packages, then run this again"
        )


def install_client(version: str) -> Path:
    """The path of the client's binary, installed first where it is not in the cache.

    Safe when several processes ask at once: one installs, the others wait for it.

    Raises:
        NpmMissingError: npm is needed and missing.
        ClientUnavailableError: npm failed, or its packages have no client for this platform.
    """
    binary = client_binary(version)
    if binary.exists():
        return binary
    if shutil.which("npm") is None:
        raise NpmMissingError
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{version}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not binary.exists():
            _install(version)
    if not binary.exists():
        raise ClientUnavailableError(f"npm installed Claude Code {version}, but without {binary.name} at {binary}")
    return binary


def client_binary(version: str) -> Path:
    """Where the binary of this version is, or will be, for this machine's platform."""
    package = f"claude-code-{_platform_name()}"
    return CACHE / version / "node_modules" / "@anthropic-ai" / package / "claude"


def _platform_name() -> str:
    """The suffix of the platform package, as npm names it: ``linux-x64``, ``linux-arm64-musl``."""
    machine = platform.machine().lower()
    architecture = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(machine, machine)
    musl = sys.platform == "linux" and platform.libc_ver()[0] != "glibc"
    return f"{sys.platform}-{architecture}" + ("-musl" if musl else "")


def _install(version: str) -> None:
    """Run npm beside the final folder and move the result there, so that half an install is never used."""
    partial = CACHE / f"{version}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(LOCK_FILES / version, partial)
    npm = subprocess.run(NPM_CI, cwd=partial, capture_output=True, text=True, timeout=NPM_TIMEOUT_S, check=False)
    if npm.returncode != 0:
        raise ClientUnavailableError(f"`{' '.join(NPM_CI)}` failed in {partial}:\n{npm.stderr.strip()}")
    final = CACHE / version
    shutil.rmtree(final, ignore_errors=True)
    partial.rename(final)
