#!/bin/sh
# Installs Tandem as a service of systemd, on a standard Raspberry Pi OS or any Debian.
set -eu

usage() {
  cat <<'EOF'
usage: install.sh [options]      as root, from a copy of Tandem in which `npm ci` has run

Makes this machine the card of a slot: the firmware into /opt/tandem, what this card is into /etc/tandem,
a user, and a service that runs it from now on. Run it again after an update; it leaves alone what is not given anew.

  --slot <number>    the slot that this card is in
  --board <name>     what it is, a folder of boards/, such as raspberry-pi-4
  --rack <file>      rack.yaml, the same on every card of the rack
  --prefix <folder>  where the firmware goes (/opt/tandem)
  --no-start         install, and leave the card as it is
  --dry-run          say what would be done
  --uninstall        stop the card and remove it; what it has recorded and its configuration stay
  --help

With DESTDIR=<folder> everything goes below that folder, and nothing is done to the machine itself.
EOF
}

# A sentence, and no more: nothing has been changed then.
refuse() {
  echo "install: $1" >&2
  exit 1
}

wrong_usage() {
  echo "install: $1; see --help" >&2
  exit 2
}

note() {
  echo "note: $1" >&2
}

# Does it, or says it.
run() {
  if [ "$dry_run" = yes ]; then
    echo "would run: $*"
  else
    "$@"
  fi
}

# --- what is wanted

slot='' board='' rack='' prefix=/opt/tandem start=yes dry_run=no uninstall=no
destdir=${DESTDIR:-}

value() {
  if [ "$2" -lt 2 ]; then wrong_usage "$1 wants a value"; fi
}

while [ $# -gt 0 ]; do
  case $1 in
    --slot) value "$1" $#; slot=$2; shift ;;
    --board) value "$1" $#; board=$2; shift ;;
    --rack) value "$1" $#; rack=$2; shift ;;
    --prefix) value "$1" $#; prefix=$2; shift ;;
    --no-start) start=no ;;
    --dry-run) dry_run=yes ;;
    --uninstall) uninstall=yes ;;
    --help) usage; exit 0 ;;
    *) wrong_usage "there is no option $1" ;;
  esac
  shift
done
case $prefix in
  *[!A-Za-z0-9/._-]*) wrong_usage "--prefix takes letters, digits and /._- alone" ;;
  /?*) ;;
  *) wrong_usage "--prefix is to be a folder from the root on, such as /opt/tandem" ;;
esac

source=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
target=$destdir$prefix
settings=$destdir/etc/tandem
unit=$destdir/etc/systemd/system/tandem.service

if [ -z "$destdir" ] && [ "$dry_run" = no ]; then
  [ "$(id -u)" -eq 0 ] || refuse "this has to be run as root, such as with sudo: it installs a service"
  command -v systemctl >/dev/null || refuse "there is no systemctl: this installs a service of systemd"
fi

# --- and back

if [ "$uninstall" = yes ]; then
  [ -e "$unit" ] || [ -e "$target" ] || refuse "Tandem is not installed in $target"
  if [ -z "$destdir" ] && [ -e "$unit" ]; then run systemctl disable --now tandem.service; fi
  run rm -rf "$unit" "$target"
  if [ -z "$destdir" ]; then run systemctl daemon-reload; fi
  echo "Tandem is removed; its configuration in $settings and its records in $destdir/var/lib/tandem stay."
  exit 0
fi

# --- whether it can be: everything is looked at before anything is changed

case $(uname -m) in
  aarch64 | arm64) machine=arm64 ;;
  x86_64) machine=x64 ;;
  *) refuse "this machine is $(uname -m), and Tandem runs on arm64 and x86-64" ;;
esac
[ "$(getconf LONG_BIT)" = 64 ] || refuse "this system is of 32 bits on a processor of 64: Tandem wants the 64-bit Raspberry Pi OS"

# The runtime that comes as a package goes before the machine's own.
packaged=node_modules/node-linux-$machine/bin/node
if [ -x "$source/$packaged" ]; then
  node=$source/$packaged
  node_link=$packaged
else
  node=$(command -v node) || refuse "there is no Node: run 'npm ci' in $source, which brings one, or install Node 24"
  major=$("$node" --version | sed 's/^v\([0-9]*\).*/\1/')
  [ "$major" -ge 24 ] || refuse "this Node is $("$node" --version): run 'npm ci' in $source, which brings Node 24, or install it"
  node_link=$node
fi
[ -d "$source/node_modules/zod" ] || refuse "the packages are missing: run 'npm ci' in $source first"

# What is not given stays what it was.
[ -n "$slot" ] || slot=$(cat "$settings/slot" 2>/dev/null) || refuse "which slot this card is in is not known: give --slot"
[ -n "$board" ] || board=$(cat "$settings/board" 2>/dev/null) || refuse "which board this is is not known: give --board"
[ -n "$rack" ] || rack=$settings/rack.yaml
[ -r "$rack" ] || refuse "$rack cannot be read: give --rack"
planes=$("$node" "$source/tools/install/check-card.ts" --config "$rack" --slot "$slot" --board "$board" 2>&1) ||
  refuse "$planes"

# --- what keeps the card from its best is said, and does not keep it from being installed

if [ -n "$planes" ]; then
  [ -e "$source/.build/native/$machine/can-socket.node" ] ||
    note "the part written in C that a card on real CAN needs is not built: run 'npm run native' in $source and this again"
  command -v ip >/dev/null || note "there is no ip (package iproute2): nobody can bring the CAN interfaces up"
fi
command -v chrt >/dev/null || note "there is no chrt (package util-linux): the card beats without real-time priority"
if [ -z "$destdir" ]; then
  echo "$planes" | while read -r interface _; do
    [ -z "$interface" ] || [ -e "/sys/class/net/$interface" ] ||
      note "there is no CAN interface $interface: that plane is lost to this card until there is one"
  done
fi

# --- the firmware; the new one is whole before the old one goes

new=$target.new
run rm -rf "$new"
run mkdir -p "$new" "$settings" "$destdir/etc/systemd/system"
native=.build/native/$machine
[ -d "$source/$native" ] || native=''
packages=$("$node" "$source/tools/install/runtime-packages.ts")
if [ "$dry_run" = yes ]; then
  echo "would copy: the firmware and its packages from $source to $new"
else
  # Names without blanks, each a word.
  # shellcheck disable=SC2086
  tar -C "$source" -cf - firmware hal boards tools README.md LICENSE package.json package-lock.json $native $packages |
    tar -C "$new" --no-same-owner -xf -
fi
run ln -s "$node_link" "$new/node"
if [ "$dry_run" = no ] && [ "$("$new/node" "$new/tools/install/runtime-packages.ts")" != "$packages" ]; then
  rm -rf "$new"
  refuse "the copy of $source is not whole: nothing was changed"
fi
run rm -rf "$target.old"
if [ -e "$target" ]; then run mv "$target" "$target.old"; fi
run mv "$new" "$target"
run rm -rf "$target.old"
# What is installed by hand counts for more than what came by an upgrade before.
run rm -rf "$destdir/var/lib/tandem/firmware"

# --- what this card is

# Writes a line, or a file, into one that is there as a whole or not at all.
put() {
  if [ "$dry_run" = yes ]; then
    echo "would write: $1"
    cat >/dev/null
  else
    cat >"$1.new"
    chmod 644 "$1.new"
    mv "$1.new" "$1"
  fi
}
echo "$slot" | put "$settings/slot"
echo "$board" | put "$settings/board"
if [ "$rack" != "$settings/rack.yaml" ]; then put "$settings/rack.yaml" <"$rack"; fi
sed "s#/opt/tandem#$prefix#g" "$source/tools/install/tandem.service" | put "$unit"

# --- the machine itself

if [ -z "$destdir" ]; then
  if ! id -u tandem >/dev/null 2>&1; then
    run useradd --system --user-group --no-create-home --home-dir /var/lib/tandem --shell /usr/sbin/nologin tandem
  fi
  # Serial lines and the front panel, where the system has groups for them.
  for group in dialout gpio; do
    if getent group "$group" >/dev/null; then run usermod --append --groups "$group" tandem; fi
  done
  run systemctl daemon-reload
  run systemctl enable tandem.service
  if [ "$start" = yes ]; then run systemctl restart tandem.service; fi
fi
if [ "$dry_run" = yes ]; then
  echo "Nothing was changed."
else
  echo "Tandem is installed in $target: $board, slot $slot. What it says: journalctl -u tandem"
fi
