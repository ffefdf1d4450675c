#!/bin/bash
# Gives the roles their passwords, once, when the database is made.
set -euo pipefail
psql -v ON_ERROR_STOP=1 --username postgres --dbname caseledger \
    -v owner="$(cat /run/secrets/owner-password)" -v app="$(cat /run/secrets/app-password)" <<'SQL'
ALTER ROLE caseledger_owner PASSWORD :'owner';
ALTER ROLE caseledger_app PASSWORD :'app';
SQL
