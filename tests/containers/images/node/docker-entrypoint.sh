#!/bin/sh
# As the official image does: what is no command is a script or an option of node.
set -e
if [ "${1#-}" != "$1" ] || [ -z "$(command -v "$1")" ]; then set -- node "$@"; fi
exec "$@"
