#!/bin/sh
# Starts the card in this slot: what systemd runs. Which slot and which board it is stands in /etc/tandem.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
settings=${TANDEM_SETTINGS:-/etc/tandem}
storage=${STATE_DIRECTORY:-/var/lib/tandem}
run=${RUNTIME_DIRECTORY:-/run/tandem}

for name in slot board rack.yaml; do
  if [ ! -r "$settings/$name" ]; then
    echo "start-card: $settings/$name cannot be read: install.sh puts it there" >&2
    exit 2
  fi
done
slot=$(cat "$settings/slot")
board=$(cat "$settings/board")

exec "$here/node" "$here/tools/card/main.ts" \
  --config "$settings/rack.yaml" --slot "$slot" --board "$board" --storage "$storage" \
  --console board "group-socket:$run/console.sock"
