# What every script here starts with: strict mode, the paths, and how they talk. Sourced, never run.
#
# Keeps true: nothing is written outside the build tree, but by apt (packages.sh).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${GUARD_BUILD_ROOT:-$root/build}
logs=$build/logs
script=$(basename "$0")

# A machine without a locale must not change sorting, messages or encodings.
export LC_ALL=C.UTF-8 LANG=C.UTF-8

say() { printf '==> %s\n' "$*"; }
warn() { printf '%s: %s\n' "$script" "$*" >&2; }
die() {
  warn "$@"
  exit 1
}

# quietly NAME COMMAND...: output goes to build/logs/NAME.log and is shown only when COMMAND fails.
quietly() {
  local name=$1 status=0
  shift
  mkdir -p "$logs"
  set +e  # not `|| status=$?`, which would switch strict mode off inside COMMAND when that is a function
  (set -e && "$@") >"$logs/$name.log" 2>&1
  status=$?
  set -e
  if [ $status -ne 0 ]; then
    tail -n 60 "$logs/$name.log" >&2
    warn "failed with status $status: $* (whole output: ${logs#"$root"/}/$name.log)"
  fi
  return $status
}

# How many jobs a build may use: the cores, but no more than one for each 1.5 GB of memory (PEGTL and CLI11 need it).
jobs_for_memory() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable:/ { print int($2 / 1500000) }' /proc/meminfo)
  [ "$memory" -ge 1 ] || memory=1
  echo $((cores < memory ? cores : memory))
}

# forwarding_signals COMMAND...: runs COMMAND and passes INT, TERM and HUP on to it, so that it can clean up before we end.
forwarding_signals() {
  local status=0 child
  "$@" &
  child=$!
  trap 'kill -TERM "$child" 2>/dev/null || true' INT TERM HUP
  while kill -0 "$child" 2>/dev/null; do
    status=0
    wait "$child" || status=$?
  done
  trap - INT TERM HUP
  return $status
}
