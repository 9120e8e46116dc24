import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { KonvoyError } from '../domain/error.ts';
import { addressPlan, hostPlans, type HostPlan } from './addresses.ts';
import { powerOn, waitUntilRunning } from './boot.ts';
import { must } from './command.ts';
import type { LabContext, Suite } from './context.ts';
import { mintCredentials } from './credentials.ts';
import { takeDown, type LabChoice, type LabRemoval } from './down.ts';
import { ensureEngine, letMulticastPass } from './engine.ts';
import { labHost, type LabHost } from './host.ts';
import { ensureImage } from './image.ts';
import { containerName } from './labels.ts';
import { createNetwork } from './network.ts';
import { imageName } from './recipe.ts';
import { readLab, type FoundLab } from './reopen.ts';
import { claimStateDirectory } from './state-directory.ts';
import { inventoryText, knownHostsText, statePaths } from './state-files.ts';
import { loadTestcontainers } from './testcontainers.ts';

export interface LabOptions {
  /** Lower-case letters, digits and dashes; unique among the labs of this machine. */
  readonly name: string;
  /** How many control-plane hosts, `cp1` and on. */
  readonly hosts: number;
  readonly suite: Suite;
  /** Where inventory, key, known_hosts and certificates go; must be empty, new, or left by a lab. */
  readonly stateDir: string;
  /** How many machines that are on the wire but not in the inventory, `stranger1` and on. */
  readonly strangers?: number;
}

/** A lab that is up; disposing of it takes it down. */
export interface Lab extends AsyncDisposable {
  readonly name: string;
  readonly suite: Suite;
  readonly hosts: readonly LabHost[];
  readonly strangers: readonly LabHost[];
  readonly subnet: string;
  readonly subnet6: string;
  /** This machine's address in the lab. */
  readonly gateway: string;
  /** Addresses that nobody has and that the hosts' certificates are good for. */
  readonly vip: string;
  readonly vip6: string;
  readonly stateDir: string;
  readonly inventoryPath: string;
  readonly privateKeyPath: string;
  readonly knownHostsPath: string;
  readonly caPath: string;
}

/** Makes engine and images ready, so that a later `labUp` takes seconds; does nothing that was done before. */
export async function prepareLab(wanted: readonly Suite[], context: LabContext): Promise<void> {
  // First, because it is quick to fail.
  await loadTestcontainers();
  await ensureEngine(context);
  // One after the other: they would only fight for the disk.
  for (const suite of wanted) await ensureImage(suite, context);
}

/** Brings a lab up and returns when every host runs and can be reached by ssh; leaves nothing behind when it fails. */
export async function labUp(options: LabOptions, context: LabContext): Promise<Lab> {
  const { name, suite } = options;
  const size = { hosts: options.hosts, strangers: options.strangers ?? 0 };
  refuseBadName(name);
  refuseBadSize(size);
  const paths = statePaths(resolve(options.stateDir));
  await prepareLab([suite], context);
  const number = await createNetwork(context, { name, suite, stateDir: paths.directory });
  try {
    await letMulticastPass(context);
    await claimStateDirectory(name, paths);
    const lab = { name, suite, image: imageName(suite), number, plans: hostPlans(number, size), paths };
    await bootHosts(context, lab);
    return labOf(context, lab);
  } catch (error) {
    await takeDown(context, { name }, { purge: false });
    throw error;
  }
}

/** The lab of that name if it is up, whichever process brought it up. */
export async function labOpen(name: string, context: LabContext): Promise<Lab | undefined> {
  const found = await readLab(context, name);
  return found === undefined ? undefined : labOf(context, found);
}

/** Takes labs down and says what it removed and what it kept; works after a crash of whoever brought them up. */
export async function labDown(
  choice: LabChoice,
  context: LabContext,
  options: { readonly purge?: boolean } = {},
): Promise<LabRemoval> {
  const removal = await takeDown(context, choice, { purge: options.purge ?? false });
  const { containers, networks, images } = removal;
  context.say(
    `removed ${containers.length} containers, ${networks.length} networks, ${images.length} images`,
  );
  if (options.purge !== true) context.say('kept the images for the next time; --purge removes them');
  return removal;
}

function refuseBadName(name: string): void {
  if (/^[a-z0-9][a-z0-9-]{0,30}$/.test(name)) return;
  throw new KonvoyError(`${JSON.stringify(name)} is no name for a lab`, {
    code: 'lab-unavailable',
    hints: ['use at most 31 lower-case letters, digits and dashes'],
  });
}

function refuseBadSize(size: { readonly hosts: number; readonly strangers: number }): void {
  // Planning on any subnet throws for a lab that would not fit.
  hostPlans(0, size);
}

async function bootHosts(context: LabContext, lab: FoundLab): Promise<void> {
  const { name, suite, image, number, plans, paths } = lab;
  const plan = addressPlan(number);
  context.say(`booting ${plans.length} hosts of debian ${suite} on ${plan.subnet}`);
  await mintCredentials(context, { lab: name, image, plan, hosts: plans, paths });
  await Promise.all(plans.map((host) => powerOn(context, { lab: name, image, host, paths })));
  await Promise.all(plans.map((host) => waitUntilRunning(context, name, host)));
  const known = await Promise.all(
    plans.map(async (host) => ({ plan: host, publicKeys: await publicHostKeys(context, name, host) })),
  );
  await writeFile(paths.knownHosts, knownHostsText(known));
  await writeFile(paths.inventory, inventoryText(plan, plans, paths));
  context.say(`lab ${name} is up: ${plans.map((host) => host.name).join(', ')}; vip ${plan.vip}`);
}

async function publicHostKeys(context: LabContext, lab: string, host: HostPlan): Promise<string> {
  const script = 'cat /etc/ssh/ssh_host_*_key.pub';
  return must(context, ['docker', 'exec', containerName(lab, host.name), 'sh', '-c', script]);
}

function labOf(context: LabContext, { name, suite, image, number, plans, paths }: FoundLab): Lab {
  const handles = (role: HostPlan['role']) =>
    plans.filter((host) => host.role === role).map((host) => labHost(context, { lab: name, image, host }));
  return {
    name,
    suite,
    ...addressPlan(number),
    hosts: handles('host'),
    strangers: handles('stranger'),
    stateDir: paths.directory,
    inventoryPath: paths.inventory,
    privateKeyPath: paths.privateKey,
    knownHostsPath: paths.knownHosts,
    caPath: paths.ca,
    [Symbol.asyncDispose]: async () => {
      await takeDown(context, { name }, { purge: false });
    },
  };
}
