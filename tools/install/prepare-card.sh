#!/bin/sh
# What root does before the card starts: brings the CAN interfaces of its planes up at the bit rates of rack.yaml (one that is up stays
# as it is), and lets the card at its watchdog and its front panel. A machine without these has a card without them.
set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
settings=${TANDEM_SETTINGS:-/etc/tandem}

for device in /dev/watchdog /dev/gpiochip*; do
  if [ -c "$device" ]; then chgrp tandem "$device" && chmod g+rw "$device"; fi
done

planes=$("$here/node" "$here/tools/install/check-card.ts" \
  --config "$settings/rack.yaml" --slot "$(cat "$settings/slot")" --board "$(cat "$settings/board")") || exit 1

status=0
while read -r interface rates; do
  [ -n "$interface" ] || continue
  if [ -n "$(ip -brief link show dev "$interface" up 2>/dev/null)" ]; then continue; fi
  # A virtual interface has no bit rate, and comes up without. The rates are several words.
  # shellcheck disable=SC2086
  ip link set dev "$interface" type can $rates 2>/dev/null || true
  if ! ip link set dev "$interface" up; then
    echo "prepare-card: $interface does not come up: that plane is lost to this card" >&2
    status=1
  fi
done <<EOF
$planes
EOF
exit "$status"
