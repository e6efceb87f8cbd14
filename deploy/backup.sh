#!/bin/sh
# Encrypted backups of PostgreSQL and of the files beside it (VAR_DIR, without what can be made again).
#
#   backup.sh once             one backup now
#   backup.sh nightly          one every night at 02:30 UTC, for ever
#   backup.sh open FILE        a file as it was before it was encrypted, to stdout
#
# From the environment: BACKUP_PASSPHRASE, BACKUP_DIR, BACKUP_KEEP (default 14), VAR_DIR, and PGHOST, PGUSER,
# PGPASSWORD, PGDATABASE as pg_dump knows them.
set -eu
: "${BACKUP_PASSPHRASE:?set BACKUP_PASSPHRASE: without it a backup could be read by anybody}" "${BACKUP_DIR:?}"
export BACKUP_PASSPHRASE
CIPHER="-aes-256-cbc -pbkdf2 -iter 600000 -md sha256 -pass env:BACKUP_PASSPHRASE"

encrypt() { # from one file to another, which appears only when it is whole
    openssl enc -e -salt $CIPHER -in "$1" -out "$2.part"
    mv "$2.part" "$2"
}

once() {
    umask 077
    began=$(date -u +%Y-%m-%dT%H%M%SZ) # when it began: `after_restore --backup-taken` asks for it
    work=$(mktemp -d)
    trap 'rm -rf "$work"; rm -f "$BACKUP_DIR"/*.part' EXIT
    pg_dump --format custom --no-owner --file "$work/dump"
    encrypt "$work/dump" "$BACKUP_DIR/$began.dump.enc"
    if [ -n "${VAR_DIR:-}" ]; then
        tar -czf "$work/files" -C "$VAR_DIR" --exclude ./broker --exclude ./log .
        encrypt "$work/files" "$BACKUP_DIR/$began.files.enc"
    fi
    # Only after a new one is whole: the oldest beyond BACKUP_KEEP go.
    for kind in dump files; do
        ls -1 "$BACKUP_DIR"/*."$kind".enc 2>/dev/null | sort -r | tail -n +$((${BACKUP_KEEP:-14} + 1)) |
            while read -r old; do rm -f "$old"; done
    done
    echo "backup $began is whole: $(du -h "$BACKUP_DIR/$began.dump.enc" | cut -f1)"
    rm -rf "$work"
}

nightly() {
    while :; do
        now=$(date -u +%s)
        sleep $(((86400 + 9000 - now % 86400) % 86400 + 1))
        (once) || echo "the backup failed; the next one comes in a day" >&2
    done
}

case "${1:-}" in
once) once ;;
nightly) nightly ;;
open) openssl enc -d $CIPHER -in "${2:?which file?}" ;;
*) sed -n '2,9p' "$0" >&2; exit 2 ;;
esac
