#!/usr/bin/env bash
# Holds the rules of docs/ARCHITECTURE.md against the code: who may include what, and how long a file may be.
set -u
cd "$(dirname "$0")/../.."
broken=0
fail() { printf 'FAIL %s\n' "$*"; broken=1; }

# A header of the system is seen only in its folders: PATTERN, then the folders that may.
only_in() {
  local pattern=$1 hit
  shift
  while IFS= read -r hit; do
    [ -n "$hit" ] || continue
    for allowed in "$@"; do case $hit in "$allowed"/*) continue 2 ;; esac; done
    fail "$hit includes <$pattern>, which only $* may"
  done < <(grep -rlE "^#include <($pattern)" src entrypoint)
}
only_in 'libpq-fe\.h|libpq/' src/postgres
only_in 'yaml-cpp/' src/config
only_in 'spdlog/' src/log
only_in 'tao/' src/psl
only_in 'pg_query\.h|protobuf' src/sql
only_in 'openssl/' src/postgres src/prisma
only_in 'nlohmann/' src/config src/log src/prisma src/report src/sql
only_in 'sys/wait\.h|sys/signalfd\.h|sys/prctl\.h|spawn\.h' src/system
only_in 'csignal|signal\.h' src/system entrypoint

# Which folder may include headers of which: the arrows of src/CMakeLists.txt.
arrows() {
  case $1 in
    base) echo base ;;
    ledger) echo base ledger ;;
    schema) echo base schema ;;
    psl) echo base schema psl ;;
    sql) echo base schema sql ;;
    applog) echo base applog ;;
    guard) echo base ledger schema sql applog guard ;;
    config) echo base schema config ;;
    postgres | prisma | system | log) echo base ledger schema sql guard "$1" ;;
    report) echo base ledger schema applog guard report ;;
    *) fail "src/$1 is not in the diagram" ;;
  esac
}
for folder in src/*/; do
  folder=$(basename "$folder")
  allowed=" $(arrows "$folder") "
  while IFS=: read -r file include; do
    target=${include#*\"}
    target=${target%%/*}
    [[ $allowed == *" $target "* ]] || fail "$file includes $include: no arrow from $folder to $target"
  done < <(grep -rHoE '^#include "[a-z]+/' "src/$folder")
done

# A pure folder knows the standard library and its own kind.
for folder in ledger schema; do
  while IFS= read -r hit; do fail "$hit: $folder is pure"; done < <(
    grep -rHnE '^#include <[^>]*[./][^>]*>' "src/$folder")
done

while read -r lines file; do
  [ "$lines" -le 400 ] || fail "$file has $lines lines (400 at most)"
done < <(find src entrypoint -name '*.?pp' -print0 | xargs -0 wc -l | grep -v ' total$')

# Words that hide an operator, which search_path then chooses: no schema can be given to it (catalogue_operators.hpp).
while IFS= read -r hit; do fail "$hit: an operator without a schema"; done < <(
  grep -rHnE '\b(IN \(|I?LIKE|BETWEEN|SIMILAR TO|NULLIF|USING|OVERLAPS|IS (NOT )?DISTINCT|CASE [^W ])' src/postgres |
    grep -vE ':[0-9]+: *//|RAISE \.\.\. USING')
# Outside of Connection's queries, which write the schema themselves, stands no operator.
while IFS= read -r hit; do fail "$hit: an operator in a simple query"; done < <(
  grep -rHnE '(simple|send)\("[^"]*[^a-z_ ] *(=|<>|\|\||~) ' src/postgres)

# shellcheck disable=SC2044 # no blanks in names here
for header in $(find src -name '*.hpp'); do
  head -1 "$header" | grep -q '^// ' || fail "$header does not open with what it is"
done

[ "$broken" = 0 ] && echo "PASS the include graph is that of docs/ARCHITECTURE.md"
exit "$broken"
