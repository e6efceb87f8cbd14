#!/bin/sh
# One command for an update on one server: backup, newest version, start, status.
set -eu
cd "$(dirname "$0")"
docker compose exec -T backup backup.sh once
git pull --ff-only
docker compose build --pull
docker compose up --detach --wait
docker compose exec -T web python manage.py status || true
