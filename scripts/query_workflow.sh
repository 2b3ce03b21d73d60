#!/bin/sh
# A shell tool of Afteraction.
# Show one workflow as a tree with its timeline, or list workflows.
# query_workflow.sh WORKFLOW_ID | --list-today | --list-all   (more options go to `afteraction workflow` or `sql`)
set -eu

usage="usage: query_workflow.sh WORKFLOW_ID | --list-today | --list-all"
list="select workflow_id, min(timestamp) as started, count(*) as invocations,
        count(*) filter (where status = 'success') as success, string_agg(distinct agent_name, ', ') as agents
      from invocations where workflow_id is not null"
list_end="group by workflow_id order by started desc"

run() {
  if [ -n "${AFTERACTION_PYTHON:=}" ]; then
    exec "$AFTERACTION_PYTHON" -m afteraction "$@"
  elif command -v afteraction >/dev/null 2>&1; then
    exec afteraction "$@"
  elif command -v python3 >/dev/null 2>&1 && python3 -c 'import afteraction' >/dev/null 2>&1; then
    exec python3 -m afteraction "$@"
  fi
  echo "query_workflow.sh: afteraction is not on PATH; install it, or set AFTERACTION_PYTHON to the Python that has it" >&2
  exit 127
}

case "${1:-}" in
  -h | --help) echo "$usage" ;;
  --list-today) shift && run sql "$list and \"date\" = current_date $list_end" "$@" ;;
  --list-all) shift && run sql "$list $list_end" "$@" ;;
  '') echo "$usage" >&2 && exit 2 ;;
  *) run workflow "$@" ;;
esac
