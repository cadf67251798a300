#!/bin/sh
# The first process inside User-Mode Linux. The host's root is there, read-only, under a layer in memory that takes what is written;
# one folder of the host, work=, can be written to. Runs run= in it, leaves its exit code in rc, and powers off.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
fail() {
  echo "$1"
  busybox poweroff -f
}

mount -t proc proc /proc
for word in $(cat /proc/cmdline); do
  case $word in
    run=*) run=${word#run=} ;;
    work=*) work=${word#work=} ;;
  esac
done

modules=/usr/lib/uml/modules/$(uname -r)/kernel
for module in fs/overlayfs/overlay net/can/can net/can/can-raw drivers/net/can/dev/can-dev drivers/net/can/vcan \
  drivers/net/can/vxcan drivers/net/can/slcan/slcan net/can/can-gw; do
  busybox insmod "$modules/$module.ko" || fail "the module $module does not load"
done

mount -t tmpfs layer /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work root /mnt/root || fail "there is no layer over the root"
cd /mnt/root || exit 1
mount -t proc proc proc
mount -t sysfs sys sys
mount -t devtmpfs dev dev
mkdir -p dev/pts dev/shm ".$work"
mount -t devpts pts dev/pts
for folder in dev/shm run; do mount -t tmpfs -o mode=1777 "${folder#dev/}" "$folder"; done
mount -t hostfs -o "$work" none ".$work" || fail "the folder is not there"
ip link set lo up
echo "GUEST IS UP"
chroot /mnt/root sh -c "cd $work && $run; echo \$? > $work/rc"
busybox poweroff -f
