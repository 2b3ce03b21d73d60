"""Install ccusage from npm, once per checkout, as the yardstick for reading transcripts.

``npm ci`` checks every package against the hash in the committed lock file, which names no registry. The platform
package's binary is run directly, without Node before it. The version is the fastest of those tried, not the newest:
20.0.24 takes nearly twice its processor time for the same files.
"""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from tests.client.install import CHECKOUT, NPM_CI, NPM_TIMEOUT_S

FOLDER = Path(__file__).resolve().parent
VERSION: str = json.loads((FOLDER / "package.json").read_bytes())["dependencies"]["ccusage"]
CACHE = CHECKOUT / ".cache" / "ccusage" / VERSION
ARCHITECTURES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}


class CcusageUnavailableError(Exception):
    """ccusage cannot be had on this machine; the message says what to do."""


def install_ccusage() -> Path:
    """The path of ccusage's native binary, installed first where it is not in the cache.

    CcusageUnavailableError when npm is missing or fails, or when there is no binary for this platform.
    """
    machine = platform.machine().lower()
    package = f"ccusage-{sys.platform}-{ARCHITECTURES.get(machine, machine)}"
    binary = CACHE / "node_modules" / "@ccusage" / package / "bin" / "ccusage"
    if not binary.exists():
        _install()
    if not binary.exists():
        raise CcusageUnavailableError(f"npm installed ccusage {VERSION}, but without a binary at {binary}")
    binary.chmod(0o755)  # npm unpacks it without the right to execute; its JavaScript wrapper would do this
    return binary


def _install() -> None:
    """Run npm beside the final folder and move the result there, so that half an install is never used."""
    if shutil.which("npm") is None:
        raise CcusageUnavailableError(
            f"npm is not on PATH, so ccusage {VERSION} cannot be installed; "
            "install it with `apt-get install npm` or from your system's packages, then run this again"
        )
    partial = CACHE.with_name(f"{VERSION}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(FOLDER / name, partial)
    npm = subprocess.run(NPM_CI, cwd=partial, capture_output=True, text=True, timeout=NPM_TIMEOUT_S, check=False)
    if npm.returncode != 0:
        raise CcusageUnavailableError(f"`{' '.join(NPM_CI)}` failed in {partial}:\n{npm.stderr.strip()}")
    shutil.rmtree(CACHE, ignore_errors=True)
    partial.rename(CACHE)
