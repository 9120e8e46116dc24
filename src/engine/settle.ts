import { probe, stdoutOf } from '../domain/command.ts';
import type { HostName } from '../domain/names.ts';
import { activeDownIntervalMs } from '../domain/vrrp.ts';
import { parseAddresses } from '../facts/network.ts';
import type { Reader } from '../transport/transport.ts';
import { forEachHost } from './hosts.ts';
import type { World } from './world.ts';

/**
 * Waits while one host has the VIP and another may be about to take it: a plan that was made before the VIP moved would
 * reload the wrong host first, and nobody would have it. Does not wait in a split brain, nor when nobody has it: then
 * there is nothing to be gained.
 */
export async function waitForQuiet(world: World, readers: ReadonlyMap<HostName, Reader>): Promise<void> {
  const quietMs = activeDownIntervalMs(world.endpoint.settings.advertIntervalMs, 1) + FIRST_CHECKS_MS;
  const deadline = world.clock.now() + 3 * quietMs;
  let [owner] = await ownersOf(world, readers);
  let since = world.clock.now();
  while (world.clock.now() < Math.min(since + quietMs, deadline)) {
    const owners = await ownersOf(world, readers);
    if (owners.length !== 1) return;
    if (owners[0] !== owner) since = world.clock.now();
    [owner] = owners;
    await world.clock.sleep(PAUSE_MS, world.signal);
  }
}

async function ownersOf(world: World, readers: ReadonlyMap<HostName, Reader>): Promise<readonly HostName[]> {
  const { vip } = world.endpoint;
  const outcomes = await forEachHost([...readers.keys()], world.forks, async (host) => {
    const [result] = (await readers.get(host)?.probe([probe('ip', '-o', 'address', 'show')])) ?? [];
    const addresses = result === undefined ? [] : parseAddresses(stdoutOf(result));
    return addresses.some((entry) => entry.prefix.address === vip);
  });
  return outcomes.flatMap((outcome) => (outcome.status === 'ok' && outcome.value ? [outcome.host] : []));
}

/** A router that has just started takes part in elections when its scripts have run for the first time. */
const FIRST_CHECKS_MS = 1500;
const PAUSE_MS = 100;
