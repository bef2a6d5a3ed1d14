# Debian packages: which ones each purpose needs, and their installation. Sourced after common.sh.
#
# Keeps true: a machine that has them all is not touched and asks no mirror; services of new packages are not started.

packages_for() {
  case $1 in
    build)
      echo g++ binutils cmake ninja-build libpq-dev libssl-dev libspdlog-dev libfmt-dev libyaml-cpp-dev \
        nlohmann-json3-dev libcli11-dev tao-pegtl-dev libpg-query-dev
      ;;
    server) # any PostgreSQL server will do
      compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || echo postgresql
      echo openssl util-linux
      ;;
    test) echo libgtest-dev libgmock-dev pgbouncer aspell aspell-en aspell-fr curl "$(packages_for server)" ;;
    npm) echo npm ca-certificates ;;
    static) echo make dpkg-dev file util-linux ;;
    arm64) echo g++-aarch64-linux-gnu qemu-user ;;
    lint) echo clang clang-tidy clang-format shellcheck git ;;
    fuzz) echo clang libclang-rt-14-dev ;;
    bench) echo libpq-dev ;;
    *) die "no such purpose: $1" ;;
  esac
}

# A line for each architecture; "not-installed" is what dpkg says of a package that it only knows by name.
is_installed() { dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed; }

# The services of new packages (a PostgreSQL cluster, PgBouncer) are not wanted: Debian's own way to say so.
apt_install() {
  local options=(-y --no-install-recommends -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3)
  local policy=/usr/sbin/policy-rc.d
  if [ ! -e $policy ]; then
    at_exit rm -f $policy
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod +x $policy
  fi
  export DEBIAN_FRONTEND=noninteractive
  quietly apt-update apt-get update -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120 ||
    warn "apt-get update failed; going on with the lists that are there"
  quietly apt-install apt-get install "${options[@]}" "$@"
}

# install_packages PURPOSE...: installs what is missing, by name.
install_packages() {
  local purpose package missing=()
  for purpose in "$@"; do
    for package in $(packages_for "$purpose"); do
      is_installed "$package" || missing+=("$package")
    done
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "no apt-get here; 'docker compose up' needs only Docker. Missing: ${missing[*]}"
  if [ "$(id -u)" = 0 ]; then
    say "installing ${#missing[@]} Debian packages: ${missing[*]}"
    apt_install "${missing[@]}"
  else
    die "missing packages; as root: apt-get install --no-install-recommends ${missing[*]}"
  fi
}
