#!/bin/sh
# Runs the guard once, as the app would: ./guard.sh APP SUBCOMMAND [ARG...], on the CapRover server.
#
#   ./guard.sh shop diagnose
#   ./guard.sh shop check --json
#   ./guard.sh shop resolve --rolled-back 20251103091000_add_analytics
#
# A container of its own with the image, environment, networks and volumes (read-only) that the service has; removed
# afterwards. The status is the guard's. From elsewhere: ssh root@SERVER 'sh -s' -- shop diagnose <guard.sh
set -eu

[ $# -ge 2 ] || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 64; }
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

# shellcheck disable=SC2034  # used by eval below
image=$(spec '{{.Spec.TaskTemplate.ContainerSpec.Image}}')
# shellcheck disable=SC2034
network=$(spec '{{range .Spec.TaskTemplate.Networks}}{{.Target}} {{end}}' | cut -d ' ' -f 1)
environment=$(spec "{{range .Spec.TaskTemplate.ContainerSpec.Env}}$quote {{end}}")
mounts=$(spec "{{range .Spec.TaskTemplate.ContainerSpec.Mounts}}--mount 'type={{.Type}},source={{.Source}},target={{.Target}},readonly' {{end}}")

# Only names on docker's command line, values in its environment: the list of processes is for everybody to read.
names=
eval "set_names() { for pair in $environment; do names=\"\$names -e \${pair%%=*}\"; done; }"
set_names

terminal=
if [ -t 0 ] && [ -t 1 ]; then terminal=-t; fi
eval "exec env $environment \"\$docker\" run --rm -i $terminal \${network:+--network \"\$network\"} $mounts $names \
  --entrypoint /usr/local/bin/migration-guard \"\$image\" \"\$@\""
