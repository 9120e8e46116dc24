import { setTimeout as sleep } from 'node:timers/promises';
import { KonvoyError } from '../domain/error.ts';
import type { HostPlan } from './addresses.ts';
import { must, run } from './command.ts';
import type { LabContext } from './context.ts';
import { containerName, hostLabel, labLabel, roleLabel } from './labels.ts';

/** Which host of which lab to cut off, and with the tools of which image. */
export interface PartitionTarget {
  readonly lab: string;
  readonly image: string;
  readonly host: HostPlan;
}

/**
 * Cuts a host off at its port of the bridge, as if the cable to everybody but this machine's ssh were pulled:
 * nothing is touched inside the host. A container holds the rules, so that taking the lab down finds and heals it.
 */
export async function partition(context: LabContext, target: PartitionTarget): Promise<void> {
  // A boot gives a host a new port, so an older wall may stand where nobody passes.
  await heal(context, target);
  try {
    await raiseWall(context, target);
  } catch (error) {
    await heal(context, target);
    throw error;
  }
}

/** Puts the cable back; does nothing for a host that was not cut off. */
export async function heal(context: LabContext, target: PartitionTarget): Promise<void> {
  await run(context, ['docker', 'stop', '-t', '10', wallName(target)]);
  await run(context, ['docker', 'rm', '--force', wallName(target)]);
}

async function raiseWall(context: LabContext, target: PartitionTarget): Promise<void> {
  const { lab, host, image } = target;
  const linkPath = `/sys/class/net/${host.interfaceName}/iflink`;
  const port = (
    await must(context, ['docker', 'exec', containerName(lab, host.name), 'cat', linkPath])
  ).trim();
  await must(context, [
    ...[
      'docker',
      'run',
      '--detach',
      '--name',
      wallName(target),
      '--network',
      'host',
      '--cap-add',
      'NET_ADMIN',
    ],
    ...[
      '--label',
      `${labLabel}=${lab}`,
      '--label',
      `${roleLabel}=partition`,
      '--label',
      `${hostLabel}=${host.name}`,
    ],
    ...[image, '/bin/bash', '-c', wallScript, 'wall', port, host.address, tableName(target)],
  ]);
  for (let waitedMs = 0; waitedMs < wallTimeoutMs; waitedMs += pollMs) {
    const logs = await run(context, ['docker', 'logs', wallName(target)]);
    if (logs.stdout.includes('up')) return;
    if (logs.stderr !== '') throw cannotCutOff(host, logs.stderr.trim());
    await sleep(pollMs);
  }
  throw cannotCutOff(host, `no rules within ${wallTimeoutMs / 1000} s`);
}

function cannotCutOff(host: HostPlan, reason: string): KonvoyError {
  return new KonvoyError(`cannot cut ${host.name} of the lab off: ${reason}`, { code: 'lab-unavailable' });
}

function wallName(target: PartitionTarget): string {
  return `${containerName(target.lab, target.host.name)}-partition`;
}

function tableName(target: PartitionTarget): string {
  return wallName(target).replaceAll('-', '_');
}

const wallScript = `set -eu
port=$(ip -o link | sed -n "s/^$1: \\([^@:]*\\).*/\\1/p")
trap 'nft delete table bridge "$3"; exit 0' TERM
nft -f - <<RULES
table bridge $3 {
  chain forward {
    type filter hook forward priority 0
    iifname "$port" drop
    oifname "$port" drop
  }
  chain input {
    type filter hook input priority 0
    iifname "$port" arp saddr ip $2 accept
    iifname "$port" ip saddr $2 tcp sport 22 accept
    iifname "$port" drop
  }
  chain output {
    type filter hook output priority 0
    oifname "$port" arp daddr ip $2 accept
    oifname "$port" ip daddr $2 tcp dport 22 accept
    oifname "$port" drop
  }
}
RULES
echo up
sleep infinity &
wait
`;
const wallTimeoutMs = 30_000;
const pollMs = 50;
