#!/usr/bin/env bash
# Installs the programs that Tandem is tested against, from the packages of Debian (or Ubuntu).
#
#     npm run peers                   gateways, what reads captures, what checks scripts and units
#     npm run peers -- machines       what machines are booted with, and what the parts written in C are compiled with
#
# Does nothing when they are there. Exit code 0: all are there; 1: some are missing; 2: wrong usage.
set -euo pipefail

# A line a program: its name, its package, and what else it wants.
case "${1:-peers}" in
  peers)
    peers=(
      "osmo-mgw osmo-mgw"
      "tshark tshark"
      "shellcheck shellcheck"
      "systemd-analyze systemd"
      "tmux tmux"
      "socat socat"
    )
    ;;
  machines)
    peers=(
      "linux.uml user-mode-linux"
      "busybox busybox"
      "ip iproute2"
      "cangw can-utils"
      "socat socat"
      "cc gcc libc6-dev"
      "ld binutils"
      "make make"
      "g++ g++"
      "python3 python3"
      "aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu libc6-dev-arm64-cross"
      "qemu-system-aarch64 qemu-system-arm"
      "sfdisk fdisk"
      "mkfs.vfat dosfstools"
      "mke2fs e2fsprogs"
      "mcopy mtools"
      "dropbear dropbear-bin"
      "ssh openssh-client"
    )
    ;;
  *)
    echo "usage: npm run peers [-- machines]" >&2
    exit 2
    ;;
esac

# Gateways lie in sbin with some distributions, which is not everybody's PATH.
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

missing_packages() {
  local words
  for peer in "${peers[@]}"; do
    read -r -a words <<<"$peer"
    command -v "${words[0]}" >/dev/null || printf '%s\n' "${words[@]:1}"
  done
}

mapfile -t packages < <(missing_packages)
if ((${#packages[@]} == 0)); then
  echo "peers: all there"
  exit 0
fi

if ! command -v apt-get >/dev/null; then
  echo "peers: missing ${packages[*]}, and there is no apt-get to install them: please do it by hand" >&2
  exit 1
fi
if ((EUID != 0)); then
  echo "peers: missing ${packages[*]}: please run 'sudo apt-get install ${packages[*]}'" >&2
  exit 1
fi

# tshark would ask whether everybody may capture.
export DEBIAN_FRONTEND=noninteractive
install=(apt-get install --yes --quiet --no-install-recommends "${packages[@]}")
# The lists of packages may be missing or old.
if ! "${install[@]}" </dev/null && ! { apt-get update --quiet </dev/null && "${install[@]}" </dev/null; }; then
  echo "peers: apt-get could not install ${packages[*]}" >&2
  exit 1
fi

mapfile -t packages < <(missing_packages)
if ((${#packages[@]} > 0)); then
  echo "peers: installed, but their programs are not there: ${packages[*]}" >&2
  exit 1
fi
echo "peers: installed"
