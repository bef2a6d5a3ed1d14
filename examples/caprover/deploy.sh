#!/bin/sh
# Deploys a commit to CapRover and waits until the app serves it: ./deploy.sh [BRANCH]
#
# CapRover says "Deployed successfully" when the image is built, before the update has begun. Only the app can tell
# that it runs: it has to answer VERSION_URL with a text that contains the commit. In the Dockerfile:
#   ARG CAPROVER_GIT_COMMIT_SHA=
#   ENV APP_RELEASE=$CAPROVER_GIT_COMMIT_SHA
#
#   CAPROVER_URL        https://captain.example.com
#   CAPROVER_APP        the app's name
#   CAPROVER_APP_TOKEN  its token (Deployment tab)
#   VERSION_URL         https://app.example.com/version
#   DEPLOY_TIMEOUT      seconds, default 1200: longer than the guard's deadline and the app's boot
#   DEPLOY_ANSWERS      how many answers in a row must come from the new commit, default 5 (two versions may serve at once)
#
# Ends 0 when the new commit serves, 1 when it does not in time, 2 for wrong usage, else with the CLI's status.
set -eu

branch=${1:-HEAD}
: "${CAPROVER_URL:?}" "${CAPROVER_APP:?}" "${CAPROVER_APP_TOKEN:?}" "${VERSION_URL:?}"
timeout=${DEPLOY_TIMEOUT:-1200}
wanted_answers=${DEPLOY_ANSWERS:-5}
commit=$(git rev-parse --verify "$branch^{commit}") || exit 2

if ! command -v caprover >/dev/null; then
  echo "deploy: no caprover in PATH; npm install --save-dev caprover, then npx -- ./deploy.sh" >&2
  exit 2
fi
# The token goes by the environment: an argument would be seen by every process of this machine.
export CAPROVER_URL CAPROVER_APP CAPROVER_APP_TOKEN
bound=
if command -v timeout >/dev/null; then bound="timeout $timeout"; fi # the CLI asks again without end when it is refused
CAPROVER_BRANCH=$commit CAPROVER_DEFAULT=false $bound caprover deploy </dev/null

echo "deploy: built; waiting until $VERSION_URL says $commit"
deadline=$(($(date +%s) + timeout))
in_a_row=0
last=
while [ "$(date +%s)" -lt "$deadline" ]; do
  answer=$(curl --silent --show-error --max-time 10 "$VERSION_URL" 2>&1) || true
  case $answer in
    *"$commit"*) in_a_row=$((in_a_row + 1)) ;;
    *) in_a_row=0 ;;
  esac
  if [ "$in_a_row" -ge "$wanted_answers" ]; then
    echo "deploy: $commit serves"
    exit 0
  fi
  if [ "$answer" != "$last" ]; then printf 'deploy: %.200s\n' "$answer" | head -n 1; last=$answer; fi
  sleep 2
done
cat >&2 <<TEXT
deploy: $commit does not serve after $timeout s; the version before it may still do.
  Why, in App Logs (filter: migration-guard) or on the server:
    docker service ps --no-trunc srv-captain--$CAPROVER_APP     (newer apps: $CAPROVER_APP)
  The dashboard marks the new version as deployed all the same. Once the cause is known, deploy a fix, or revert in
  Version History so that the record is true again.
TEXT
exit 1
