#!/bin/sh
# The interpreter as the hook command sees it, started by whatever program $WRAPPING names.
eval "exec $WRAPPING \"\$@\""
