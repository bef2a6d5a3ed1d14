#!/bin/sh
# Runs the guard once, as the app would: ./guard.sh [--image IMAGE] APP SUBCOMMAND [ARG...], on the CapRover server.
#
# A container of its own with the environment, networks and volumes (read-only) of the service; removed afterwards.
# The image is the service's, or --image (GUARD_APP_IMAGE): after a rollback the service is back at the OLD image, which
# does not have the migration that failed. The status is the guard's.
# From elsewhere: ssh root@SERVER 'sh -s' -- shop diagnose <guard.sh
#
# Limits: Swarm gives its secrets and configs to services alone (then: docker exec in a task that runs), and a network
# that is not attachable takes no container but a service's.
set -eu

# Where the guard is in the image. Installed by npm: /app/node_modules/.bin/migration-guard
GUARD_PATH=${GUARD_PATH:-/usr/local/bin/migration-guard}

usage() {
  cat >&2 <<'TEXT'
Runs the guard once, as the app would: ./guard.sh [--image IMAGE] APP SUBCOMMAND [ARG...], on the CapRover server.
  ./guard.sh shop diagnose
  ./guard.sh shop check --json
  ./guard.sh --image img-captain-shop:8 shop resolve --rolled-back 20251103091000_add_analytics
TEXT
  exit 64
}

# One function, so that all of it is read before the container is given the rest of stdin (`ssh ... 'sh -s'`).
main() {
  image=${GUARD_APP_IMAGE:-}
  if [ "${1:-}" = --image ] && [ $# -ge 2 ]; then image=$2; shift 2; fi
  [ $# -ge 2 ] || usage
  app=$1
  shift
  docker=$(command -v docker) || { echo "guard.sh: no docker here: run it on the CapRover server" >&2; exit 69; }

  # Apps created before CapRover 1.15 have the prefix, newer ones are called by their name alone.
  service=
  for name in "srv-captain--$app" "$app"; do
    if "$docker" service inspect "$name" >/dev/null 2>&1; then service=$name; break; fi
  done
  [ -n "$service" ] || { echo "guard.sh: no service srv-captain--$app or $app; there are:" >&2
    "$docker" service ls --format '  {{.Name}}' >&2; exit 66; }

  # Each value in single quotes, with its own quotes as '\'' : safe for eval whatever it holds.
  quote="'{{join (split . \"'\") \"'\\\\''\"}}'"
  spec() { "$docker" service inspect --format "$1" "$service"; }

  networks=$(spec '{{range .Spec.TaskTemplate.Networks}}{{.Target}} {{end}}')
  environment=$(spec "{{range .Spec.TaskTemplate.ContainerSpec.Env}}$quote {{end}}")
  mounts=$(spec "{{range .Spec.TaskTemplate.ContainerSpec.Mounts}}--mount 'type={{.Type}},source={{.Source}},target={{.Target}},readonly' {{end}}")
  secrets=$(spec '{{range .Spec.TaskTemplate.ContainerSpec.Secrets}}{{.SecretName}} {{end}}')
  [ -z "$secrets" ] || echo "guard.sh: not in this container, since only services get Swarm secrets: $secrets" >&2

  if [ -z "$image" ]; then
    image=$(spec '{{.Spec.TaskTemplate.ContainerSpec.Image}}')
    case $(spec '{{if .UpdateStatus}}{{.UpdateStatus.State}}{{end}}') in
      rollback_*)
        echo "guard.sh: the last update was rolled back; this is the image before it: $image" >&2
        echo "guard.sh: the image that failed (--image IMAGE) is one of these, or of: docker image ls" >&2
        "$docker" service ps --no-trunc --format '{{.Image}}' "$service" | sort -u | grep -vxF "$image" | sed 's/^/  /' >&2 ;;
    esac
  fi

  # CapRover's logins (Cluster, Docker Registry Configuration) are CapRover's: a shell has those of `docker login`.
  if ! "$docker" image inspect "$image" >/dev/null 2>&1 && ! "$docker" pull -q "$image" >&2; then
    case ${image%%/*} in *[.:]*) registry=${image%%/*} ;; *) registry= ;; esac
    echo "guard.sh: $image is not on this node, and could not be pulled. When its registry wants a login:" >&2
    echo "  docker login $registry" | sed 's/ $//' >&2
    echo "guard.sh: or run this on a node that has the image: docker service ps $service" >&2
    exit 69
  fi

  # Only names on docker's command line, values in its environment: the list of processes is for everybody to read.
  names=
  eval "set_names() { for pair in $environment; do names=\"\$names -e \${pair%%=*}\"; done; }"
  set_names

  terminal=
  if [ -t 0 ] && [ -t 1 ]; then terminal=-t; fi
  # `docker run` knows one network; the others are connected before the start.
  set -- "$image" "$@"
  container=$(eval "exec env $environment \"\$docker\" create --rm -i $terminal \${networks:+--network \"\${networks%% *}\"} \
    $mounts $names --entrypoint \"\$GUARD_PATH\" \"\$@\"")
  trap '"$docker" rm -f "$container" >/dev/null 2>&1 || true' EXIT
  for network in ${networks#* }; do "$docker" network connect "$network" "$container"; done
  status=0
  "$docker" start -a -i "$container" || status=$?
  exit $status
}

main "$@"
