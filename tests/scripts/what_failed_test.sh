#!/usr/bin/env bash
# .ci/what-failed: the failures of a log, each with what it printed, and nothing of what passed.
set -u
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
broken=0

# expect NAME WANTED LOG
expect() {
  local found
  printf '%s\n' "$3" >"$work/log"
  found=$(./.ci/what-failed "$work/log")
  [ "$found" = "$2" ] && return
  printf 'FAIL %s\n--- wanted\n%s\n--- found\n%s\n' "$1" "$2" "$found"
  broken=1
}

expect 'two tests at once' ' 2/4 Test #7: e2e.logs ***Failed    1.00 sec
✖ a log is read
  null !== 64
 4/4 Test #9: e2e.run ***Timeout  60.00 sec
The following tests FAILED:
	  7 - e2e.logs (Failed)
	  9 - e2e.run (Timeout)' '      Start  6: unit.one
      Start  7: e2e.logs
 1/4 Test  #6: unit.one .........   Passed    0.01 sec
      Start  8: unit.two
 2/4 Test #7: e2e.logs .........***Failed    1.00 sec
✔ another log is read

✖ a log is read
  null !== 64
      Start  9: e2e.run
 3/4 Test #8: unit.two .........   Passed    0.01 sec
 4/4 Test #9: e2e.run ..........***Timeout  60.00 sec

50% tests passed, 2 tests failed out of 4

Total Test time (real) =  61.00 sec

The following tests FAILED:
	  7 - e2e.logs (Failed)
	  9 - e2e.run (Timeout)
Errors while running CTest
    a line of the script'

expect 'no test at all' '==> building
error: it is so' '==> building

error: it is so'

long=$(printf ' 1/1 Test #1: unit.long ....***Failed    1.00 sec\n'; seq 500)
expect 'the end of much' "$(printf ' 1/1 Test #1: unit.long ***Failed    1.00 sec\n'; seq 441 500)" "$long"
exit $broken
