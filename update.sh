#!/bin/sh
# One command for an update on one server: backup, newest version, start, status. What fails stops it, and says so.
set -eu

update() {
    before=$(git rev-parse HEAD)
    step="the backup" && docker compose exec -T backup backup.sh once
    step="fetching the newest version" && git pull --ff-only
    step="building it" && docker compose build --pull
    step="starting it" && docker compose up --detach --wait
    step=""
    docker compose exec -T web python manage.py status || echo "It runs; the lines above say what to look at." >&2
}

failed() {
    [ -n "${step:-}" ] || return 0
    echo "Stopped at $step; what ran before goes on running where it could." >&2
    [ "$(git rev-parse HEAD)" = "$before" ] ||
        echo "Back to the version before: git reset --keep $before && docker compose up --detach --build --wait" >&2
}

cd "$(dirname "$0")"
trap failed EXIT
update # a function: read whole before `git pull` changes this file
exit
