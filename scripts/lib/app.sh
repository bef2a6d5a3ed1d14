# The example app, installed in build/demo as two releases of it. Sourced after node.sh.

make_demo_app() {
  local demo=$build/demo
  say "installing the example app in ${demo#"$root"/}"
  mkdir -p "$demo/november"
  rm -rf "$demo/november/prisma" "$demo/november/src" "$demo/september"
  cp -R "$root/examples/analytics-app/." "$demo/november/"
  npm_ci "$demo/november" app
  make_engine "$demo"
  # No engine is needed to generate, but the CLI wants the file to exist.
  (cd "$demo/november" && PRISMA_SCHEMA_ENGINE_BINARY=/bin/true quietly generate node node_modules/prisma/build/index.js generate)

  # The release before: without the third migration.
  mkdir "$demo/september"
  cp -R "$demo/november/prisma" "$demo/november/prisma.config.ts" "$demo/september/"
  rm -r "$demo/september/prisma/migrations/20251103091000_add_analytics"
  ln -s ../november/node_modules "$demo/september/node_modules"
}

# Prisma's own engine where its host can be reached, else the stand-in; build/demo/engine says which.
make_engine() {
  local demo=$1 engines=$1/november/node_modules/@prisma/engines found
  [ -e "$engines/.tried" ] || timeout 60 node "$engines/scripts/postinstall.js" >"$logs/engine-download.log" 2>&1 || true
  touch "$engines/.tried"
  found=$(compgen -G "$engines/schema-engine-*" | head -n 1) || true
  if [ -z "$found" ]; then
    "$root/scripts/install-prisma" engine-only
    found=$build/prisma/engine/schema-engine.mjs
  fi
  echo "$found" >"$demo/engine"
}
