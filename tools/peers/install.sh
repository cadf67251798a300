#!/usr/bin/env bash
# Installs the programs that Tandem is tested against, from the packages of Debian (or Ubuntu).
#
#     npm run peers
#
# Does nothing when they are there. Exit code 0: all are there; 1: some are missing; 2: wrong usage.
set -euo pipefail

# A line a program: its name, its package.
peers=(
  "osmo-mgw osmo-mgw"
  "tshark tshark"
)

if (($# > 0)); then
  echo "usage: npm run peers" >&2
  exit 2
fi

# Gateways lie in sbin with some distributions, which is not everybody's PATH.
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

missing_packages() {
  local program package
  for peer in "${peers[@]}"; do
    read -r program package <<<"$peer"
    command -v "$program" >/dev/null || echo "$package"
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
