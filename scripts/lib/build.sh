# Configuring and building a preset. Sourced after common.sh.

# build_preset PRESET [CMAKE ARGUMENT...]: into build/PRESET.
build_preset() {
  local preset=$1
  shift
  say "building (preset $preset)"
  cd "$root"
  quietly "configure-$preset" cmake --preset "$preset" "$@" &&
    quietly "build-$preset" cmake --build --preset "$preset" -j "$(jobs_for_memory)"
}
