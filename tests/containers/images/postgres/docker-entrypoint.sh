#!/bin/sh
# POSTGRES_PASSWORD, POSTGRES_USER, POSTGRES_DB and PGDATA, and a first phase without TCP, as in the official image.
set -e
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" /var/run/postgresql
  chown postgres "$PGDATA" /var/run/postgresql
  chmod 700 "$PGDATA"
  exec setpriv --reuid postgres --regid postgres --clear-groups "$0" "$@"
fi
user=${POSTGRES_USER:-postgres}
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  printf '%s' "${POSTGRES_PASSWORD:?}" >/tmp/password
  initdb -U "$user" -A scram-sha-256 --pwfile /tmp/password -E UTF8 --locale=C.UTF-8 >/dev/null
  rm -f /tmp/password
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  pg_ctl -w -D "$PGDATA" -o "-c listen_addresses=" start >/dev/null
  export PGPASSWORD=$POSTGRES_PASSWORD
  database=${POSTGRES_DB:-$user}
  [ "$database" = postgres ] || psql -U "$user" -d postgres -qc "create database \"$database\""
  pg_ctl -w -D "$PGDATA" -m fast stop >/dev/null
fi
[ "${1:-}" = postgres ] && shift
exec postgres -c listen_addresses='*' "$@"
