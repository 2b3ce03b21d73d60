#!/bin/sh
# A shell tool of Afteraction.
# Which agents are used most and least, when, and which are defined and never run.
# usage_stats.sh [--period=7days] [other options of `afteraction usage`]
set -eu

run() {
  if [ -n "${AFTERACTION_PYTHON:=}" ]; then
    exec "$AFTERACTION_PYTHON" -m afteraction "$@"
  elif command -v afteraction >/dev/null 2>&1; then
    exec afteraction "$@"
  elif command -v python3 >/dev/null 2>&1 && python3 -c 'import afteraction' >/dev/null 2>&1; then
    exec python3 -m afteraction "$@"
  fi
  echo "usage_stats.sh: afteraction is not on PATH; install it, or set AFTERACTION_PYTHON to its Python" >&2
  exit 127
}

run usage "$@"
