#!/bin/sh
# A wrapper that stays: it has the node as its child, and something else in the background.
sleep 1000 &
echo "process $!" >&2
echo "process $$" >&2
"$@"
exit $?
