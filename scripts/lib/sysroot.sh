# A sysroot of another architecture: Debian's packages of that architecture, unpacked but not installed, since some
# (libyaml-cpp-dev) cannot stand beside the machine's own. Sourced after packages.sh.

triplet_of() {
  case $1 in
    amd64) echo x86_64-linux-gnu ;;
    arm64) echo aarch64-linux-gnu ;;
    *) die "unknown architecture: $1 (amd64, arm64)" ;;
  esac
}

# What uname and qemu call it.
uname_of() { triplet_of "$1" | sed 's/-.*//'; }

sysroot_of() { echo "$build/sysroot/$1"; }

# What src/ is built with; apt adds what those need.
sysroot_packages="libssl-dev libyaml-cpp-dev libpg-query-dev libspdlog-dev libfmt-dev nlohmann-json3-dev libcli11-dev
  tao-pegtl-dev"

make_sysroot() {
  local arch=$1 directory apt package
  directory=$(sysroot_of "$arch")
  [ -e "$directory/complete" ] && return
  say "unpacking Debian's $arch packages into ${directory#"$root"/}"
  apt=$build/sysroot/apt-$arch
  rm -rf "$directory" "$apt"
  mkdir -p "$directory" "$apt/lists/partial" "$apt/cache/archives/partial"
  # No status file: nothing counts as installed. Only the machine's own sources, asked for another architecture.
  : >"$apt/status"
  foreign_apt() {
    apt-get -o "APT::Architecture=$arch" -o "APT::Architectures=$arch" -o "Dir::State::lists=$apt/lists" \
      -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt/cache" -o "APT::Sandbox::User=root" \
      -o "Acquire::Languages=none" -o "Acquire::Retries=3" "$@"
  }
  quietly "sysroot-update-$arch" foreign_apt update
  # shellcheck disable=SC2086
  quietly "sysroot-download-$arch" foreign_apt -o Debug::NoLocking=true -y --no-install-recommends --download-only \
    install $sysroot_packages
  for package in "$apt"/cache/archives/*.deb; do dpkg-deb -x "$package" "$directory"; done
  rm -rf "$apt"
  touch "$directory/complete"
}
