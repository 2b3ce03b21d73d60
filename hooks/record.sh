# Record one event for the plugin. The command in hooks.json swallows whatever this prints or returns.
# The first run looks for a Python that can run the hook and notes it, because a shim on PATH may take 100 ms each time.
data=${CLAUDE_PLUGIN_DATA:-$HOME/.claude/plugins/data/afteraction}
python=
[ -r "$data/python" ] && IFS= read -r python <"$data/python"
if [ ! -x "$python" ]; then
  for name in python3 python3.14 python3.13 python3.12 python3.11; do
    found=$(command -v "$name") || continue
    python=$("$found" -I -S -c '
import os, sys
if sys.version_info < (3, 11):
    sys.exit(1)
print(os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable))' </dev/null) && break
    python=
  done
  [ -x "$python" ] || exit 0
  mkdir -p "$data" && printf '%s\n' "$python" >"$data/python.$$" && mv -f "$data/python.$$" "$data/python"
fi
exec "$python" -I -S "${0%/hooks/record.sh}/src/afteraction/hook/entry.py" --plugin "$data"
