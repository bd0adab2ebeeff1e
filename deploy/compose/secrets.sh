#!/bin/sh
# secrets.sh DIRECTORY: makes what the services of compose.yaml trust each other
# by, once. Each service sees only the folder below that is its own, and each
# file belongs to the user that reads it.
set -eu
umask 077
cd "$1"
random() { head -c 32 /dev/urandom | base64 | tr -dc A-Za-z0-9; }
save() { # FILE UID: standard input, unless the file is there
  [ -e "$1" ] || { cat >"$1.new" && chown "$2" "$1.new" && mv "$1.new" "$1"; }
}

random | save postgres/password "$(id -u postgres)"
{ echo 'export ROOT_ACCESS_KEY_ID=pratique'; printf 'export ROOT_SECRET_ACCESS_KEY='; random; echo; } | save s3/key 0

printf 'key %s %s\n' "$(head -c 4 /dev/urandom | od -An -tx1 | tr -d ' \n')" "$(head -c 32 /dev/urandom | base64)" | save node/key 65532
printf 'postgres:5432:pratique:pratique:%s\n' "$(cat postgres/password)" | save node/pgpass 65532
printf '[default]\naws_access_key_id = pratique\naws_secret_access_key = %s\n' "$(. ./s3/key && echo "$ROOT_SECRET_ACCESS_KEY")" | save node/credentials 65532
