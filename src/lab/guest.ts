/** Where the lab keeps its own files on a host; nothing of the product's lives there. */
export const guestDirectory = '/opt/konvoy-ha-lab';

/** Runs first at every boot: whatever a container lacks to be taken for a host. */
export const bootScript = `#!/bin/sh
# Makes a container look like a host; runs at every boot before anything else does.
set -eu
cd ${guestDirectory}

# A container gets /proc/sys read-only; the network's part of it belongs to this host alone.
mount --bind /proc/sys/net /proc/sys/net
mount -o remount,bind,rw /proc/sys/net

[ -s /etc/ssh/ssh_host_ed25519_key ] || ssh-keygen -A >/dev/null

for user in root operator nosudo asksudo; do
  home=$(getent passwd "$user" | cut -d: -f6)
  if [ -s authorized_keys ] && [ ! -e "$home/.ssh/authorized_keys" ]; then
    install -d -m 0700 -o "$user" "$home/.ssh"
    install -m 0600 -o "$user" authorized_keys "$home/.ssh/authorized_keys"
  fi
done

if [ -s remove-packages ]; then
  xargs dpkg --purge <remove-packages
  rm remove-packages
fi

# The engine names the interface eth0 at every start.
if [ -s interface ]; then
  read -r name address address6 <interface
  ip link set eth0 down
  ip link set eth0 name "$name"
  ip link set "$name" up
  ip address replace "$address" dev "$name"
  ip -6 address replace "$address6" dev "$name" nodad
fi
`;

/** The systemd unit of `bootScript`. */
export const bootUnit = `[Unit]
Description=Make this container look like a host
DefaultDependencies=no
After=local-fs.target
Before=sysinit.target systemd-sysctl.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${guestDirectory}/boot

[Install]
WantedBy=sysinit.target
`;

/** The systemd unit of the stand-in API server; starting it returns when the server listens. */
export const apiUnit = `[Unit]
Description=Stand-in for the health endpoints of kube-apiserver
After=network.target

[Service]
RuntimeDirectory=konvoy-ha-lab
RuntimeDirectoryPreserve=yes
ExecStart=${guestDirectory}/node ${guestDirectory}/api-server.mjs
ExecStartPost=/bin/bash -c 'until : 2>/dev/null >/dev/tcp/127.0.0.1/6443; do sleep 0.05; done'

[Install]
WantedBy=multi-user.target
`;
