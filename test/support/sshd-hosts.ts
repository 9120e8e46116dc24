import { readFile } from 'node:fs/promises';
import { must } from '../../src/lab/command.ts';
import { labLabel, networkName } from '../../src/lab/labels.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { imageName } from '../../src/lab/recipe.ts';
import { labContextOfTests } from './lab.ts';

/** A machine of a lab that runs sshd and nothing else: systemd in thirty of them is more than one kernel takes. */
export interface SshdHost {
  readonly name: string;
  readonly address: string;
  /** Its line of known_hosts. */
  readonly known: string;
}

/** Boots such machines beside the hosts of a lab; they go with it. */
export async function sshdHosts(lab: Lab, count: number): Promise<readonly SshdHost[]> {
  const context = labContextOfTests();
  const own = (await readFile(`${lab.privateKeyPath}.pub`, 'utf8')).trim();
  const boot = async (name: string): Promise<SshdHost> => {
    const network = networkName(lab.name);
    const container = `${network}-${name}`;
    const setting = ['--name', container, '--label', `${labLabel}=${lab.name}`, '--network', network];
    const start = ['docker', 'run', '--detach', ...setting, imageName(lab.suite)];
    await must(context, [...start, '/bin/sh', '-euc', BOOT, 'boot', own]);
    const format = `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`;
    const address = (await must(context, ['docker', 'inspect', '--format', format, container])).trim();
    const key = await must(context, ['docker', 'exec', container, 'sh', '-euc', KEY]);
    return { name, address, known: `${address} ${key.split(' ').slice(0, 2).join(' ')}` };
  };
  const hosts: SshdHost[] = [];
  // Four at a time: the engine works on one machine.
  for (let nth = 0; nth < count; nth += 4) {
    const names = Array.from({ length: Math.min(4, count - nth) }, (_, place) => `far${nth + place + 1}`);
    hosts.push(...(await Promise.all(names.map(boot))));
  }
  return hosts;
}

const BOOT = `install -d -m 0700 -o operator ~operator/.ssh
echo "$1" >~operator/.ssh/authorized_keys
ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
mkdir -p /run/sshd
exec /usr/sbin/sshd -D -E /var/log/sshd.log`;

const KEY = 'until [ -s /var/log/sshd.log ]; do sleep 0.05; done; cat /etc/ssh/ssh_host_ed25519_key.pub';
