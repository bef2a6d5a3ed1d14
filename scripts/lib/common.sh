# What every script here starts with: strict mode, the paths, how they talk, how they end. Sourced, never run.
#
# Keeps true: nothing is written outside the build tree, but by apt (packages.sh); whatever a script starts ends with it,
# also when it fails or is interrupted.
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

at_exit_commands=()
# at_exit COMMAND...: run when this script ends, the last one first.
at_exit() { at_exit_commands=("$(printf '%q ' "$@")" "${at_exit_commands[@]}"); }

end_what_was_started() {
  local status=$? command
  trap - EXIT
  trap '' INT TERM HUP
  for command in "${at_exit_commands[@]}"; do eval "$command" || true; done
  exit $status
}
trap end_what_was_started EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# in_background COMMAND...: in a process group of its own, which ends with this script; $group is its id.
in_background() {
  set -m # a group of its own, and signals as usual: without it bash has a background command ignore SIGINT
  if [ "$(type -t "$1")" = function ]; then
    { set -e; "$@"; } & # strict, also where the one who waits for its status is not
  else
    "$@" &
  fi
  set +m
  group=$!
  at_exit end_group "$group"
}

# TERM, so that it can clean up after itself; what is left after ten seconds is killed.
end_group() {
  local tries=100
  kill -TERM -- "-$1" 2>/dev/null || return 0
  while [ $tries -gt 0 ] && kill -0 -- "-$1" 2>/dev/null; do
    sleep 0.1
    tries=$((tries - 1))
  done
  kill -KILL -- "-$1" 2>/dev/null || true
}

# A folder for temporary files that goes with this script: Node and the Prisma CLI leave some of theirs behind. Open to
# all, as the one that it stands in: the throwaway server and some tests run as another user.
with_own_temporary_files() {
  local folder
  folder=$(mktemp -d "${TMPDIR:-/tmp}/guard.XXXXXX")
  at_exit rm -rf "$folder"
  chmod 1777 "$folder"
  export TMPDIR=$folder
}

# supervised COMMAND...: in the foreground, yet a signal to this script ends COMMAND at once and not when it is through.
supervised() {
  local group status=0
  in_background "$@"
  wait "$group" || status=$?
  end_group "$group"
  at_exit_commands=("${at_exit_commands[@]:1}")
  return $status
}

# quietly NAME COMMAND...: output goes to build/logs/NAME.log and is shown only when COMMAND fails.
# A shell function as COMMAND never behind `if` or before `||`: bash would switch strict mode off inside it. For the same
# reason there is no `||` here: a libpq that was made by halves once counted as made.
quietly() {
  local name=$1 status
  shift
  mkdir -p "$logs"
  set +e
  supervised "$@" >"$logs/$name.log" 2>&1 </dev/null
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
