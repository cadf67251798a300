# Two cards in one guest, each in a network namespace of its own with a controller on either plane: slot 2 at the console, slot 3 behind.
controllers="can0 can1 can2 can3"
for each in $controllers; do
  number=${each#can}
  slot=$((number / 2 + 2))
  [ "$((number % 2))" = 0 ] && /bin/ip netns add "slot-$slot"
  /bin/ip link set "$each" netns "slot-$slot"
  /bin/ip -netns "slot-$slot" link set "$each" up type can $CAN_RATES
done
mkdir /data/2 /data/3
program() {
  node /opt/tandem/card.mjs --config /config/rack.yaml --slot "$1" --storage "/data/$1" --no-rehearsal \
    --plane-a "$2@slot-$1" --plane-b "$3@slot-$1" --console "$4"
}
program 3 can2 can3 socket:/run/console-3 >/run/card-3 2>&1 &
program 2 can0 can1 "$CONSOLE"
