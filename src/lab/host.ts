import { setTimeout as sleep } from 'node:timers/promises';
import { KonvoyError } from '../domain/error.ts';
import type { HostPlan } from './addresses.ts';
import { waitUntilBooted } from './boot.ts';
import { must, run, type CommandResult } from './command.ts';
import type { LabContext } from './context.ts';
import { containerName } from './labels.ts';
import { heal, partition } from './partition.ts';

/** How the stand-in API server of a host behaves; `docs/lab.md` has the answers of each mode. */
export type ApiMode = 'ok' | 'unready' | 'sick' | 'hang' | 'frozen' | 'auth' | 'stopped';

/** A machine of a lab, and what can befall it. */
export interface LabHost {
  readonly name: string;
  readonly address: string;
  readonly address6: string;
  /** The one interface with both addresses. */
  readonly interfaceName: string;
  /** Name of the container that is this host. */
  readonly container: string;
  /** Runs a command on the host as root, past ssh. */
  exec(argv: readonly string[], options?: { readonly stdin?: string }): Promise<CommandResult>;
  /** Makes the API server behave so from its next request on; a reboot brings back `ok`. */
  api(mode: ApiMode): Promise<void>;
  /** Freezes the whole machine: its connections stay, nothing answers. */
  pause(): Promise<void>;
  unpause(): Promise<void>;
  /** Shuts the machine down in good order and leaves it off. */
  stop(): Promise<void>;
  /** Switches a machine on that was stopped or killed; returns when it is up. */
  start(): Promise<void>;
  /** Cuts the power. */
  kill(): Promise<void>;
  /** Runs `systemctl reboot` on the machine; returns when it is up again. */
  reboot(): Promise<void>;
  /** Cuts the machine off from everything but ssh from this machine by IPv4, until `heal` or its next boot. */
  partition(): Promise<void>;
  heal(): Promise<void>;
}

/** The lab and the image a host belongs to. */
export interface HostSetting {
  readonly lab: string;
  readonly image: string;
  readonly host: HostPlan;
}

/** The handle of a host whose container exists. */
export function labHost(context: LabContext, setting: HostSetting): LabHost {
  const { lab, host } = setting;
  const container = containerName(lab, host.name);
  const docker = async (...argv: string[]): Promise<void> => {
    await must(context, ['docker', ...argv, container]);
  };
  return {
    name: host.name,
    address: host.address,
    address6: host.address6,
    interfaceName: host.interfaceName,
    container,
    exec: (argv, options) =>
      run(context, ['docker', 'exec', '--interactive', container, ...argv], { stdin: options?.stdin }),
    api: (mode) => switchApi(context, container, mode),
    pause: () => docker('pause'),
    unpause: () => docker('unpause'),
    stop: () => docker('stop', '-t', '30'),
    start: async () => {
      await docker('start');
      await waitUntilBooted(context, lab, host);
    },
    kill: async () => {
      await docker('kill');
      // Its network answers with refusals until the engine has taken it down.
      await docker('wait');
    },
    reboot: () => reboot(context, setting),
    partition: () => partition(context, setting),
    heal: () => heal(context, setting),
  };
}

async function switchApi(context: LabContext, container: string, mode: ApiMode): Promise<void> {
  await must(context, ['docker', 'exec', container, 'sh', '-euc', switchScript, 'switch', mode]);
}

async function reboot(context: LabContext, { lab, host }: HostSetting): Promise<void> {
  const container = containerName(lab, host.name);
  const before = await startedAt(context, container);
  // Its exit code is that of a connection cut by the reboot.
  await run(context, ['docker', 'exec', container, 'systemctl', 'reboot']);
  for (let waitedMs = 0; (await startedAt(context, container)) === before; waitedMs += pollMs) {
    if (waitedMs > rebootTimeoutMs) {
      throw new KonvoyError(`${host.name} of the lab did not reboot within ${rebootTimeoutMs / 1000} s`, {
        code: 'lab-unavailable',
      });
    }
    await sleep(pollMs);
  }
  await waitUntilBooted(context, lab, host);
}

async function startedAt(context: LabContext, container: string): Promise<string> {
  return must(context, ['docker', 'inspect', '--format', '{{.State.StartedAt}}', container]);
}

const switchScript = `
unit=konvoy-ha-lab-api.service
thaw() { ! systemctl --quiet is-active "$unit" || systemctl kill --signal=CONT "$unit"; }
case $1 in
  stopped) thaw; systemctl stop "$unit" ;;
  frozen) systemctl start "$unit"; systemctl kill --signal=STOP "$unit" ;;
  *) thaw; systemctl start "$unit"; echo "$1" >/run/konvoy-ha-lab/mode ;;
esac
`;
const rebootTimeoutMs = 120_000;
const pollMs = 100;
