#!/bin/sh
# A shell tool of Afteraction.
# How agents do: one of them in detail, or the leaderboard.
# agent_performance_report.sh [AGENT] [options of `afteraction agent` or `agents`]
set -eu

run() {
  if [ -n "${AFTERACTION_PYTHON:=}" ]; then
    exec "$AFTERACTION_PYTHON" -m afteraction "$@"
  elif command -v afteraction >/dev/null 2>&1; then
    exec afteraction "$@"
  elif command -v python3 >/dev/null 2>&1 && python3 -c 'import afteraction' >/dev/null 2>&1; then
    exec python3 -m afteraction "$@"
  fi
  echo "agent_performance_report.sh: afteraction is not on PATH; install it, or set AFTERACTION_PYTHON to its Python" >&2
  exit 127
}

case "${1:-}" in
  '' | -*) run agents "$@" ;;
  *) run agent "$@" ;;
esac
