#!/bin/sh
# A wrapper that becomes the node.
exec "$@"
