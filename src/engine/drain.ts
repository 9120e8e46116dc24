import { drainHost, heedsDrain, undrainHost } from '../backends/keepalived/drain.ts';
import { KonvoyError, refusal } from '../domain/error.ts';
import type { HostName } from '../domain/names.ts';
import { hasVip, heirAfterUndrain, heirsOf, refuseDrain, type Draining } from '../plan/drain.ts';
import type { Reader, Session } from '../transport/transport.ts';
import { reasonOf, reportWatch } from './account.ts';
import { connectFleet, reportFailures } from './fleet.ts';
import { lockHosts } from './lock.ts';
import { handOverDeadlineMs } from './patience.ts';
import type { Proposal } from './propose.ts';
import { refuseMissing } from './scope.ts';
import { alter } from './step-failure.ts';
import { surveyHosts } from './survey.ts';
import { ownsWithin, verifyUntilStable } from './verify.ts';
import { watchVip } from './watch-vip.ts';
import { undisturbed, type World } from './world.ts';

/** What is done to which host. */
export interface DrainCommand {
  readonly host: HostName;
  /** Drain it although no other host can have the VIP. */
  readonly force: boolean;
}

/**
 * `drain`: the VIP goes to another host, this one serving until that has it, and comes back only when nobody else can have it.
 * When it does not go, the host is what it was before.
 */
export async function drainCommand(world: World, { host, force }: DrainCommand): Promise<void> {
  await onHost(world, { host, command: 'drain' }, async ({ readers, session, draining }) => {
    const refused = refuseDrain(draining);
    if (refused.length > 0) throw refusal(refused);
    const [heir] = heirsOf(draining);
    if (isDrained(draining)) {
      finish(world, { host, drained: true, changed: false });
      return;
    }
    if (heir === undefined && !force) throw nobodyElse(host);
    const change = drainHost({ by: world.by, since: Math.floor(world.clock.now() / 1000) });
    const heirToWait = hasVip(draining) ? heir : undefined;
    try {
      await moving(world, { host, readers, heir: heirToWait }, async () =>
        alter(session, 'draining', change),
      );
    } catch (error) {
      await takeBack(session, error);
      throw undone(world, error, host);
    }
    finish(world, { host, drained: true, changed: true });
  });
}

/** `undrain`: the host has the VIP again as its priority says, once it is ready. */
export async function undrainCommand(world: World, host: HostName): Promise<void> {
  await onHost(world, { host, command: 'undrain' }, async ({ readers, session, draining }) => {
    if (!isDrained(draining)) {
      finish(world, { host, drained: false, changed: false });
      return;
    }
    const after = heirAfterUndrain(draining);
    const heir = after === host && !hasVip(draining) ? host : undefined;
    await moving(world, { host, readers, heir }, async () => alter(session, 'undraining', [undrainHost()]));
    finish(world, { host, drained: false, changed: true });
  });
}

interface Work {
  readonly readers: ReadonlyMap<HostName, Reader>;
  readonly session: Session;
  readonly draining: Draining;
}

/** Connects to all hosts, locks this one, and sees all that can be asked. */
async function onHost(
  world: World,
  { host, command }: { readonly host: HostName; readonly command: string },
  work: (work: Work) => Promise<void>,
): Promise<void> {
  await using fleet = await connectFleet(world, world.intent.hosts);
  const session = fleet.sessions.get(host);
  if (session !== undefined) await lockHosts(world, new Map([[host, session]]), { command });
  const survey = await surveyHosts(world, fleet.sessions);
  const failures = new Map([...fleet.failures, ...survey.failures]);
  reportFailures(world, failures);
  refuseMissing(failures, new Set([host]));
  if (session === undefined) throw new Error(`no session of ${host}`);
  const [heeds] = await session.probe([heedsDrain()], world.signal);
  const { snapshots } = survey;
  await work({
    readers: new Map([...fleet.sessions].filter(([name]) => !failures.has(name))),
    session,
    draining: { host, snapshots, endpoint: world.endpoint, isHeeded: heeds?.exitCode === 0 },
  });
}

/** Does it under the eyes of a client of the VIP, waits until the VIP is where it is to go, and proves that it answers. */
async function moving(
  world: World,
  {
    host,
    readers,
    heir,
  }: Pick<Work, 'readers'> & { readonly host: HostName; readonly heir: HostName | undefined },
  change: () => Promise<unknown>,
): Promise<void> {
  const watch = watchVip(world);
  try {
    await change();
    world.report({
      type: 'run-step',
      step: heir === undefined ? 'verifying' : `waiting until ${heir} has the VIP`,
    });
    const deadlineMs = handOverDeadlineMs(world.endpoint.settings);
    const reader = heir === undefined ? undefined : readers.get(heir);
    if (reader !== undefined && !(await ownsWithin(world, reader, deadlineMs)))
      throw new KonvoyError(`${heir ?? ''} has not taken the VIP within ${Math.ceil(deadlineMs / 1000)} s`, {
        code: 'step-failed',
        host,
        hints: ['who is active, and why: konvoy-ha status, konvoy-ha verify'],
      });
    const verdict = await verifyUntilStable(world, readers, {
      settlesOn: heir,
      onLook: async () => Promise.resolve(),
    });
    world.report({ type: 'verdict', verdict });
    if (!verdict.isGood)
      throw new KonvoyError('the VIP is not as it should be', {
        code: 'verification-failed',
        hints: verdict.checks.flatMap(({ status, hint }) => (status === 'fail' ? (hint ?? []) : [])),
      });
  } finally {
    await reportWatch(undisturbed(world), watch);
  }
}

/** Where nothing of ours runs any more, nothing of ours is drained either. */
export async function endDrains(
  { snapshots }: Pick<Proposal, 'snapshots'>,
  sessions: ReadonlyMap<HostName, Session>,
): Promise<void> {
  for (const { intent, facts } of snapshots) {
    const session = sessions.get(intent.name);
    if (session !== undefined && facts.keepalived.drained !== undefined)
      await alter(session, 'undraining', [undrainHost()]);
  }
}

/** What it was before; whoever cannot be asked any more is told how to do it by hand. */
async function takeBack(session: Session, because: unknown): Promise<void> {
  try {
    await alter(session, 'undraining', [undrainHost()]);
  } catch (cause) {
    throw new KonvoyError(`${reasonOf(because)}; ${session.host} stays drained: ${reasonOf(cause)}`, {
      code: 'undo-failed',
      host: session.host,
      hints: [`when it can be reached again: konvoy-ha undrain ${session.host}`],
      cause,
    });
  }
}

function isDrained({ host, snapshots }: Draining): boolean {
  return snapshots.some(
    ({ intent, facts }) => intent.name === host && facts.keepalived.drained !== undefined,
  );
}

function finish(
  world: World,
  done: { readonly host: HostName; readonly drained: boolean; readonly changed: boolean },
): void {
  world.report({ type: 'host-drained', ...done });
}

function nobodyElse(host: HostName): KonvoyError {
  const message = `no other host can have the VIP: draining ${host} would move nothing`;
  return new KonvoyError(`${message}; nothing was changed`, {
    code: 'step-failed',
    host,
    hints: [
      'a host has to run keepalived, be no more drained, and have an API server that answers: konvoy-ha status',
      'to drain it all the same, so that it gives the VIP away as soon as another can have it: --force',
    ],
  });
}

function undone(world: World, error: unknown, host: HostName): unknown {
  if (world.signal.aborted || !(error instanceof KonvoyError)) return error;
  return new KonvoyError(`${reasonOf(error)}; ${host} is not drained any more, as before`, {
    code: 'step-failed',
    host,
    hints: error.hints,
    cause: error,
  });
}
