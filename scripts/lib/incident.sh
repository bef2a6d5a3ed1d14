#!/usr/bin/env bash
# The story that scripts/demo tells, run beside a throwaway PostgreSQL. Wants GUARD (the binary) and DEMO (build/demo).
. "$(dirname "$0")/common.sh"

PRISMA_SCHEMA_ENGINE_BINARY=$(cat "$DEMO/engine")
export PRISMA_SCHEMA_ENGINE_BINARY CHECKPOINT_DISABLE=1 PRISMA_HIDE_UPDATE_MESSAGE=1
export DATABASE_URL="${GUARD_TEST_POSTGRES%/postgres}/shop?schema=public"
PORT=$(node -e 's=require("net").createServer().listen(0,()=>{console.log(s.address().port);s.close()})')
export PORT HOST=127.0.0.1
psql=("$GUARD_TEST_POSTGRES_BIN/psql" -X -q "${DATABASE_URL%%\?*}")

chapter() { printf '\n\033[1m── %s\033[0m\n' "$*"; }
step() { printf '\n$ %s\n' "$*"; }
indented() { sed 's/^/    /'; }
prisma() { node node_modules/prisma/build/index.js "$@" 2>&1 | sed '/^$/d'; }

# start NAME COMMAND...: COMMAND in the background, its output shown; returns when /healthz answers.
start() {
  in_background "${@:2}" > >(indented) 2>&1
  started=$group
  local tries=150
  until request GET /healthz >/dev/null 2>&1; do
    tries=$((tries - 1))
    kill -0 "$started" 2>/dev/null && [ $tries -gt 0 ] || die "$1 did not start"
    sleep 0.1
  done
}
finish() {
  kill -TERM "$started"
  wait "$started" || true
}
request() {
  node -e '
    const [method, path, body] = process.argv.slice(1)
    fetch(`http://127.0.0.1:${process.env.PORT}${path}`, { method, body }).then(
      async (r) => console.log(r.status, await r.text()), () => process.exit(1))' "$@"
}
milliseconds() { echo $((($(date +%s%N) - $1) / 1000000)); }

chapter "September: two migrations, applied by the Prisma CLI"
cd "$DEMO/september"
step "prisma migrate deploy"
prisma migrate deploy | indented

chapter "November: the image brings a third migration, and nobody applies it"
cd "$DEMO/november"
step "node src/server.js"
start "the app" node src/server.js
step "curl -X POST /track -d '{\"kind\": \"PAGE_VIEW\"}'"
answer=$(request POST /track '{"kind": "PAGE_VIEW", "payload": {"path": "/pricing"}}')
sleep 0.2
echo "$answer" | indented
[[ $answer == *P2021* ]] || die "expected P2021 from the app alone"
finish

chapter "The same image with the guard in front of it"
step "migration-guard -- node src/server.js"
start "the guarded app" "$GUARD" -- node src/server.js
step "curl -X POST /track -d '{\"kind\": \"PAGE_VIEW\"}'"
answer=$(request POST /track '{"kind": "PAGE_VIEW", "payload": {"path": "/pricing"}}')
echo "$answer" | indented
[[ $answer == 201* ]] || die "expected 201 behind the guard"
step 'SELECT * FROM "AnalyticsEvent"'
"${psql[@]}" -c 'SELECT * FROM "AnalyticsEvent"' | sed '/^$/d' | indented
finish

chapter "A restart with nothing pending"
step "migration-guard -- true"
began=$(date +%s%N)
"$GUARD" -- true 2>&1 | indented
took=$(milliseconds "$began")

chapter "What happened"
cat <<END
The app alone started on a database that lacked a table and failed at every call (P2021).
With the guard the missing migration was found, applied by the Prisma CLI and verified before the app began;
with nothing to do the guard took $took ms from its start to the end of the command behind it.
Everything that was started here has ended; what was built is in ${DEMO%/demo}.
END
