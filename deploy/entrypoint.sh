#!/bin/bash
# Hand Docker's secret files to Odoo by its environment, where no process list shows them; then the image's own entrypoint.
set -euo pipefail

secret() { # VARIABLE NAME: the file /run/secrets/NAME, unless VARIABLE is set already
    if [ -z "${!1:-}" ]; then
        [ -r "/run/secrets/$2" ] || { echo "neither $1 nor the secret $2 is set" >&2; exit 1; }
        export "$1"="$(cat "/run/secrets/$2")"
    fi
    [ -n "${!1}" ] || { echo "the secret $2 is empty" >&2; exit 1; }
}

secret PGPASSWORD db_password
secret GIFTCARD_PEPPER giftcard_pepper
exec /entrypoint.sh "$@"
