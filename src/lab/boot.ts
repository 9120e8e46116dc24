import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type * as Testcontainers from 'testcontainers';
import { KonvoyError } from '../domain/error.ts';
import type { HostPlan } from './addresses.ts';
import { run } from './command.ts';
import type { LabContext } from './context.ts';
import { containerName, hostLabel, labLabel, networkName, roleLabel } from './labels.ts';
import { guestDirectory } from './guest.ts';
import type { StatePaths } from './state-files.ts';
import { loadTestcontainers } from './testcontainers.ts';

/** What a host's container is made from. */
export interface HostBlueprint {
  readonly lab: string;
  readonly image: string;
  readonly host: HostPlan;
  readonly paths: StatePaths;
}

/** Creates and starts the container of a host; it is not up yet, see `waitUntilRunning`. */
export async function powerOn(context: LabContext, blueprint: HostBlueprint): Promise<void> {
  await (await containerOf(context, blueprint)).start();
}

/** Waits until a new host is up; throws with the failed units when systemd does not call it running. */
export async function waitUntilRunning(context: LabContext, lab: string, host: HostPlan): Promise<void> {
  const state = await waitUntilBooted(context, lab, host);
  if (state === 'running') return;
  const name = containerName(lab, host.name);
  const listing = ['systemctl', 'list-units', '--failed', '--plain', '--no-legend'];
  const failed = await run(context, ['docker', 'exec', name, ...listing]);
  throw new KonvoyError(`${host.name} of the lab is ${state === '' ? 'not up' : state}`, {
    code: 'lab-unavailable',
    hints: [...failed.stdout.trim().split('\n'), `docker exec ${name} journalctl -b -p warning`],
  });
}

/** Waits until sshd greets and no unit is starting any more; returns what systemd calls the host, perhaps `degraded`. */
export async function waitUntilBooted(context: LabContext, lab: string, host: HostPlan): Promise<string> {
  await waitForSsh(host);
  const argv = ['docker', 'exec', containerName(lab, host.name), 'systemctl', 'is-system-running', '--wait'];
  return (await run(context, argv, { timeoutMs: upTimeoutMs })).stdout.trim();
}

async function waitForSsh(host: HostPlan): Promise<void> {
  const end = Date.now() + upTimeoutMs;
  while (Date.now() < end) {
    if (await greets(host.address)) return;
    await sleep(pollMs);
  }
  throw new KonvoyError(`${host.name} of the lab: no ssh at ${host.address} within ${upTimeoutMs / 1000} s`, {
    code: 'lab-unavailable',
    hints: ['is the container engine on this machine, and may this machine reach its networks?'],
  });
}

async function greets(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 22, timeout: 1_000 });
    const end = (greeted: boolean) => {
      socket.destroy();
      resolve(greeted);
    };
    socket.once('data', (chunk) => end(chunk.toString('latin1').startsWith('SSH-')));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
    socket.once('timeout', () => end(false));
  });
}

async function containerOf(
  context: LabContext,
  blueprint: HostBlueprint,
): Promise<Testcontainers.GenericContainer> {
  const { lab, host } = blueprint;
  const HostContainer = await hostContainerClass(blueprint);
  return (
    new HostContainer(blueprint.image)
      .withName(containerName(lab, host.name))
      .withLabels({ [labLabel]: lab, [roleLabel]: host.role, [hostLabel]: host.name })
      .withNetworkMode(networkName(lab))
      .withAddedCapabilities(...capabilities)
      .withSecurityOpt('seccomp=unconfined', 'apparmor=unconfined')
      .withTmpFs({ '/run': '', '/run/lock': '', '/tmp': 'exec' })
      .withBindMounts([
        { source: '/sys/fs/cgroup', target: '/sys/fs/cgroup', mode: 'rw' },
        { source: context.nodePath, target: `${guestDirectory}/node`, mode: 'ro' },
      ])
      .withCopyContentToContainer(await hostFiles(blueprint))
      // Its cleaner is an image to be pulled; the lab cleans up by its own label.
      .withAutoCleanup(false)
  );
}

interface HostFile {
  readonly target: string;
  readonly content: string;
  readonly mode?: number;
}

async function hostFiles({ host, paths }: HostBlueprint): Promise<HostFile[]> {
  const apiServer = fileURLToPath(new URL('stand-in/api-server.mjs', import.meta.url));
  const sources: readonly (readonly [target: string, source: string])[] = [
    [`${guestDirectory}/api-server.mjs`, apiServer],
    [`${guestDirectory}/authorized_keys`, paths.publicKey],
    ['/etc/konvoy-ha-lab/api/tls.key', `${paths.tls}/${host.name}.key`],
    ['/etc/konvoy-ha-lab/api/tls.crt', `${paths.tls}/${host.name}.crt`],
    ['/etc/konvoy-ha-lab/api/ca.crt', paths.ca],
  ];
  const files = await Promise.all(
    sources.map(async ([target, source]) => ({
      target,
      content: await readFile(source, 'utf8'),
      mode: target.endsWith('.key') ? 0o600 : 0o644,
    })),
  );
  return [...files, ...differences(host)];
}

function differences(host: HostPlan): readonly HostFile[] {
  const { interfaceName, address, address6, withoutPackages } = host;
  const renamed = {
    target: `${guestDirectory}/interface`,
    content: `${interfaceName} ${address}/24 ${address6}/64\n`,
  };
  const removed = { target: `${guestDirectory}/remove-packages`, content: `${withoutPackages.join('\n')}\n` };
  return [...(interfaceName === 'eth0' ? [] : [renamed]), ...(withoutPackages.length === 0 ? [] : [removed])];
}

/** testcontainers cannot fix an address, nor the rest of this; its protected options can. */
async function hostContainerClass({
  lab,
  host,
}: HostBlueprint): Promise<typeof Testcontainers.GenericContainer> {
  const { GenericContainer: Base } = await loadTestcontainers();
  return class HostContainer extends Base {
    protected override async beforeContainerCreated(): Promise<void> {
      this.createOpts.Hostname = host.name;
      // systemd(1): an orderly shutdown.
      this.createOpts.StopSignal = 'SIGRTMIN+3';
      this.createOpts.NetworkingConfig = {
        EndpointsConfig: {
          [networkName(lab)]: { IPAMConfig: { IPv4Address: host.address, IPv6Address: host.address6 } },
        },
      };
      this.hostConfig = {
        ...this.hostConfig,
        // The cgroup tree that is mounted is this machine's; the types do not know the field.
        ...{ CgroupnsMode: 'host' },
        // `systemctl reboot` ends the container: this is the firmware that boots it again.
        RestartPolicy: { Name: 'unless-stopped' },
      };
    }
  };
}

// systemd needs SYS_ADMIN; keepalived needs those of the network, and SYS_NICE for its real-time priority.
const capabilities = ['SYS_ADMIN', 'NET_ADMIN', 'NET_RAW', 'NET_BROADCAST', 'SYS_NICE', 'SYS_PTRACE'];
// Seconds, when the machine has nothing else to do; tests of others may keep it busy.
const upTimeoutMs = 150_000;
const pollMs = 100;
