# Node and npm: the machine's own when Prisma 7 accepts them, else from the npm registry into build/tools. Sourced after
# packages.sh.
#
# Keeps true: nothing is installed globally; Debian's npm, which is too old to stay, only fetches the newer pair.

node_home=$build/tools/node

# Prisma 7 wants ^20.19, ^22.12 or >=24.
is_suitable_node() {
  command -v node >/dev/null && command -v npm >/dev/null || return 1
  node -e 'const [a, b] = process.versions.node.split(".").map(Number);
    process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a >= 24 ? 0 : 1)' 2>/dev/null
}

fetch_node() {
  local package
  install_packages npm
  say "installing Node and npm from the npm registry into ${node_home#"$root"/}"
  rm -rf "$node_home" "$node_home.new"
  mkdir -p "$node_home.new"
  cp "$root"/scripts/lib/node/package.json "$root"/scripts/lib/node/package-lock.json "$root"/scripts/lib/node/.npmrc \
    "$node_home.new/"
  (cd "$node_home.new" && quietly npm-node npm ci --ignore-scripts)
  mkdir "$node_home.new/bin"
  ln -s ../node_modules/.bin/npm ../node_modules/.bin/npx "$node_home.new/bin/"
  package=$(cd "$node_home.new/node_modules" && echo node-linux-*)
  ln -s "../node_modules/$package/bin/node" "$node_home.new/bin/node"
  mv "$node_home.new" "$node_home"
}

# Afterwards `node` and `npm` in PATH are good enough for Prisma 5 to 7.
ensure_node() {
  if is_suitable_node; then return; fi
  if [ ! -x "$node_home/bin/node" ]; then fetch_node; fi
  PATH=$node_home/bin:$PATH
  export PATH
  is_suitable_node || die "the Node in ${node_home#"$root"/} does not run"
}

# npm_ci DIRECTORY NAME: a folder with package.json and package-lock.json gets its node_modules, once for each lock file.
npm_ci() {
  local directory=$1 name=$2 wanted
  wanted=$(cat "$directory/package.json" "$directory/package-lock.json" | sha256sum)
  [ "$(cat "$directory/node_modules/.installed" 2>/dev/null)" = "$wanted" ] && return
  (cd "$directory" && quietly "npm-$name" npm ci --ignore-scripts --no-audit --no-fund --prefer-offline)
  echo "$wanted" >"$directory/node_modules/.installed"
}
