import { describe, expect, test } from 'vitest';
import { mutate, type CommandResult, type Mutation } from '../../../src/domain/command.ts';
import { KonvoyError } from '../../../src/domain/error.ts';
import type { RunEvent } from '../../../src/domain/event.ts';
import type { HostName } from '../../../src/domain/names.ts';
import { confirmAll } from '../../../src/engine/confirm.ts';
import { disarm, fence, FIRED, type DeadManRun } from '../../../src/engine/dead-man.ts';
import { DeadMen } from '../../../src/engine/dead-men.ts';
import { proposeApply, type Proposal } from '../../../src/engine/propose.ts';
import { leftoverRemoval } from '../../../src/engine/steps.ts';
import type { World } from '../../../src/engine/world.ts';
import { PLATFORMS } from '../../../src/platform/platform.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import type { Session } from '../../../src/transport/transport.ts';
import { clusterName, hostName } from '../../support/branded.ts';
import { appliedCluster, ENDPOINT, intentOf, withConf } from '../../support/cluster.ts';
import { said } from '../../support/command-results.ts';
import { RENDERER } from '../../support/templates.ts';

const NOW = Date.parse('2026-11-26T03:00:00Z');
const RUN: DeadManRun = { cluster: clusterName('prod'), runId: 'r2', watch: PLATFORMS[0].services.watch };
const WORK = mutate('true');
const [LB1, LB2, LB3] = ['lb1', 'lb2', 'lb3'].map(hostName) as [HostName, HostName, HostName];

/** A host that notes what it is sent and answers every command with success, unless it is told otherwise. */
class NotingHost {
  readonly sent: string[] = [];
  readonly answers = new Map<string, number>();
  isReachable = true;

  session(host: HostName): Session {
    return {
      host,
      probe: async () => [],
      breakLock: async () => Promise.resolve(),
      lock: async () => ({ held: true }),
      mutate: async (commands) => this.#run(commands),
      [Symbol.asyncDispose]: async () => undefined,
    };
  }

  async #run(commands: readonly Mutation[]): Promise<readonly CommandResult[]> {
    const results: CommandResult[] = [];
    for (const command of commands) {
      const name = nameOf(command);
      this.sent.push(name);
      const exitCode = this.answers.get(name) ?? 0;
      results.push(said(name, exitCode));
      if (exitCode !== 0) break;
    }
    return results;
  }
}

const SWEEP = leftoverRemoval({ host: LB1, changes: [], serviceAction: 'none', drifted: false });

function nameOf({ argv }: Mutation): string {
  const names = new Map([
    [fence(RUN, 1).argv[2], 'fence'],
    [disarm(RUN).argv[2], 'disarm'],
    [SWEEP.argv[2], 'sweep'],
  ]);
  return names.get(argv[2]) ?? (argv[0] === 'true' ? 'work' : 'arm');
}

interface Stage {
  readonly world: World;
  readonly proposal: Proposal;
  readonly events: readonly RunEvent[];
  readonly hosts: ReadonlyMap<HostName, NotingHost>;
  readonly deadMen: DeadMen;
  session(host: HostName): Session;
}

function stage(
  snapshots: readonly HostSnapshot[],
  { timeoutS }: { readonly timeoutS: number | undefined } = { timeoutS: 120 },
): Stage {
  const hosts = new Map(snapshots.map(({ intent }) => [intent.name, new NotingHost()]));
  const events: RunEvent[] = [];
  const hostOf = (name: HostName): NotingHost => {
    const host = hosts.get(name);
    if (host === undefined) throw new Error(`no host ${name}`);
    return host;
  };
  const connect = async ({ host }: { readonly host: HostName }): Promise<Session> => {
    if (!hostOf(host).isReachable) throw new KonvoyError('nothing listens there', { code: 'connect-failed' });
    return hostOf(host).session(host);
  };
  const world: World = {
    intent: intentOf(snapshots),
    endpoint: ENDPOINT,
    reach: connect,
    transport: { connect },
    prober: { ask: async () => ({ outcome: 'refused', detail: '' }) },
    renderer: RENDERER,
    report: (event) => void events.push(event),
    clock: { now: () => NOW, monotonic: () => NOW, sleep: async () => undefined },
    forks: 10,
    runId: 'r2',
    by: 'ada@laptop',
    signal: new AbortController().signal,
  };
  const limited = new Set(hosts.keys());
  const proposal = proposeApply(world, { limited, snapshots, absent: [] });
  const deadMen = new DeadMen(world, proposal, timeoutS);
  const session = (host: HostName): Session => deadMen.guard(hostOf(host).session(host));
  return { world, proposal, events, hosts, deadMen, session };
}

/** lb1 and lb2 were changed by hand, and lb3 is as it shall be. */
function twoToChange(): readonly HostSnapshot[] {
  return appliedCluster().map((snapshot) =>
    snapshot.intent.name === LB3 ? snapshot : withConf(snapshot, (text) => `${text}# by hand\n`),
  );
}

async function armed(): Promise<Stage> {
  const on = stage(twoToChange());
  for (const host of on.deadMen.hosts) await on.deadMen.arm(on.session(host));
  for (const host of on.hosts.values()) host.sent.length = 0;
  return on;
}

const code = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof KonvoyError ? error.code : String(error)),
  );

describe('the dead-men of a run', () => {
  test('are on the hosts that the plan changes, and on no others', () => {
    expect(stage(twoToChange()).deadMen.hosts).toEqual([LB1, LB2]);
    expect(stage(appliedCluster()).deadMen.hosts).toEqual([]);
  });

  test('are also where an earlier run is armed, whatever the plan does there', () => {
    const armedRun = { runId: 'r1', command: 'apply', by: 'bob@host', state: 'armed' as const };
    const snapshots = appliedCluster().map((snapshot) =>
      snapshot.intent.name === LB3 ? { ...snapshot, deadMan: { armed: [armedRun] } } : snapshot,
    );
    expect(stage(snapshots).deadMen.hosts).toEqual([LB3]);
  });

  test.each([{ timeoutS: 120 }, { timeoutS: undefined }])(
    'sweep away what an earlier run has left beside the files, with $timeoutS s',
    async (how) => {
      const armedRun = { runId: 'r1', command: 'apply', by: 'bob@host', state: 'armed' as const };
      const on = stage(
        appliedCluster().map((snapshot) => ({ ...snapshot, deadMan: { armed: [armedRun] } })),
        how,
      );
      await on.deadMen.arm(on.session(LB1));
      expect(on.hosts.get(LB1)?.sent.at(-1)).toBe('sweep');
      const fresh = stage(twoToChange());
      await fresh.deadMen.arm(fresh.session(LB1));
      expect(fresh.hosts.get(LB1)?.sent).not.toContain('sweep');
    },
  );

  test('hear of every batch before it is done, and only its own results come back', async () => {
    const on = await armed();
    const results = await on.session(LB1).mutate([WORK, WORK]);
    expect(on.hosts.get(LB1)?.sent).toEqual(['fence', 'work', 'work']);
    expect(results).toHaveLength(2);
    expect(on.events.at(-1)).toEqual({
      type: 'dead-man',
      host: LB1,
      state: 'armed',
      undoesAt: '2026-11-26T03:02:00.000Z',
    });
  });

  test('let nothing be done any more once they have fired', async () => {
    const on = await armed();
    on.hosts.get(LB1)?.answers.set('fence', FIRED);
    expect(await code(on.session(LB1).mutate([WORK]))).toBe('dead-man-fired');
    expect(on.hosts.get(LB1)?.sent).toEqual(['fence']);
  });

  test('of a host that is not armed are not told anything', async () => {
    const on = await armed();
    await on.session(LB3).mutate([WORK]);
    expect(on.hosts.get(LB3)?.sent).toEqual(['work']);
  });

  test('do not stand in the way of undoing what they could not', async () => {
    const on = await armed();
    on.hosts.get(LB1)?.answers.set('fence', FIRED);
    const failure = {
      runId: 'r2',
      command: 'apply',
      by: 'ada@laptop',
      state: 'undoing' as const,
      failure: 'all',
    };
    expect(on.deadMen.hasFired(LB1, { armed: [failure] })).toBe(false);
    await on.session(LB1).mutate([WORK]);
    expect(on.hosts.get(LB1)?.sent).toEqual(['work']);
    expect(on.deadMen.fateOf(LB1)).toBe('');
  });

  test('that have undone the run are known by their note', async () => {
    const on = await armed();
    const undone = { by: 'ada@laptop', at: '2026-11-26T03:00:00.000Z', because: 'timeout' as const };
    expect(on.deadMen.hasFired(LB1, { armed: [], undone: { ...undone, runId: 'r1' } })).toBe(false);
    expect(on.deadMen.hasFired(LB1, { armed: [], undone: { ...undone, runId: 'r2' } })).toBe(true);
    expect(on.events.at(-1)).toEqual({ type: 'dead-man', host: LB1, state: 'fired' });
  });
});

describe('a run is confirmed', () => {
  test('by showing that every host can be reached before any is disarmed', async () => {
    const on = await armed();
    await confirmAll(on.world, on.proposal, on.deadMen);
    expect([...on.hosts].map(([name, { sent }]) => `${name} ${sent.join()}`)).toEqual([
      'lb1 fence,disarm',
      'lb2 fence,disarm',
      'lb3 ',
    ]);
    expect(on.deadMen.armed).toEqual([]);
  });

  test.each<readonly [string, (host: NotingHost) => void, string]>([
    ['lets nobody in', (host) => (host.isReachable = false), 'step-failed'],
    ['has undone the run', (host) => host.answers.set('fence', FIRED), 'dead-man-fired'],
  ])('on no host when one of them %s', async (_, spoil, expected) => {
    const on = await armed();
    const second = on.hosts.get(LB2);
    if (second !== undefined) spoil(second);
    expect(await code(confirmAll(on.world, on.proposal, on.deadMen))).toBe(expected);
    expect(on.hosts.get(LB1)?.sent).toEqual(['fence']);
    expect(on.deadMen.armed).toEqual([LB1, LB2]);
  });

  test('without a success when a host undoes it at the last moment', async () => {
    const on = await armed();
    on.hosts.get(LB2)?.answers.set('disarm', FIRED);
    expect(await code(confirmAll(on.world, on.proposal, on.deadMen))).toBe('dead-man-fired');
    expect(on.deadMen.armed).toEqual([LB2]);
  });

  test('without a single connection when nothing was armed', async () => {
    const on = stage(twoToChange(), { timeoutS: undefined });
    expect(on.deadMen.hosts).toEqual([]);
    await confirmAll(on.world, on.proposal, on.deadMen);
    expect(on.events).toEqual([]);
  });
});
