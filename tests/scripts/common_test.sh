#!/usr/bin/env bash
# What every script relies on in scripts/lib/common.sh: a step that fails ends the script, whoever waits for it.
set -u
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
broken=0
common=$PWD/scripts/lib/common.sh

# expect STATUS OUTPUT SCRIPT: what a script prints on stdout, and how it ends.
expect() {
  local status=0 output
  output=$(GUARD_BUILD_ROOT=$work bash -c ". '$common'; $3" script 2>/dev/null) || status=$?
  [ "$status|$output" = "$1|$2" ] && return
  printf 'FAIL %s\n     ended with %s and "%s", not with %s and "%s"\n' "$3" "$status" "$output" "$1" "$2"
  broken=1
}

expect 0 'fine' 'quietly step true; echo fine'
expect 7 '' 'quietly step sh -c "exit 7"; echo went on'
expect 7 '' 'f() { sh -c "exit 7"; echo went on; }; quietly step f; echo went on; cat "$logs/step.log"'
expect 0 '7' 'quietly step sh -c "exit 7" || echo $?'
expect 7 '' 'quietly step sh -c "exit 0"; sh -c "exit 7"; echo went on'
expect 7 '' 'f() { sh -c "exit 7"; echo went on; }; supervised f; echo went on'
expect 143 '' 'supervised sh -c "kill -TERM \$\$; sleep 5"; echo went on'
exit $broken
