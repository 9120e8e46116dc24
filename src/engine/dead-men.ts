import type { DeadManTraces } from '../domain/dead-man.ts';
import { KonvoyError } from '../domain/error.ts';
import type { CommandResult, Mutation } from '../domain/command.ts';
import type { HostName } from '../domain/names.ts';
import type { HostPlan } from '../domain/plan.ts';
import { deadManScript } from '../plan/dead-man.ts';
import type { HostSnapshot } from '../plan/snapshot.ts';
import type { Session } from '../transport/transport.ts';
import { armHost, disarm, dropRun, fence, FIRED, undoNow, type DeadManRun } from './dead-man.ts';
import { platformOf } from './gather.ts';
import { withdrawGeneration } from './generations.ts';
import { forEachHost } from './hosts.ts';
import { patienceS, type Phase } from './patience.ts';
import { nextNumber, type Proposal } from './propose.ts';
import { stepFailure } from './step-failure.ts';
import { leftoverRemoval } from './steps.ts';
import type { World } from './world.ts';

/** The dead-men of one run: every armed host undoes it by itself unless it hears from us in time. */
export class DeadMen {
  readonly #world: World;
  readonly #proposal: Proposal;
  /** Undefined: this run has none, and drops those that earlier runs have left. */
  readonly #timeoutS: number | undefined;
  /** By the time at which it undoes the run. */
  readonly #armed = new Map<HostName, string>();
  /** Armed, perhaps, but nothing waits there yet, or any more. */
  readonly #unfenced = new Set<HostName>();
  #phase: Phase = 'staging';
  /** The sessions behind those that `guard` has made: what is fenced already needs no fence. */
  readonly #bare = new WeakMap<Session, Session>();
  #renewedMs = 0;

  constructor(world: World, proposal: Proposal, timeoutS: number | undefined) {
    this.#world = world;
    this.#proposal = proposal;
    this.#timeoutS = timeoutS;
  }

  /** The hosts that arming changes: those that the plan changes, and those where an earlier run still is armed. */
  get hosts(): readonly HostName[] {
    return this.#proposal.plan.hosts
      .filter(
        (plan) => this.#earlierRuns(plan.host).length > 0 || (this.#timeoutS !== undefined && hasWork(plan)),
      )
      .map(({ host }) => host);
  }

  /** The hosts that would undo the run. */
  get armed(): readonly HostName[] {
    return [...this.#armed.keys()];
  }

  /** What a host that cannot be asked any more will do, to be added to what is said of it. */
  fateOf(host: HostName): string {
    const undoesAt = this.#unfenced.has(host) ? undefined : this.#armed.get(host);
    return undoesAt === undefined ? '' : `; it undoes this run by itself at ${undoesAt}, or when it boots`;
  }

  /** The same session, in which nothing is changed any more once the dead-man of its host has fired. */
  guard(session: Session): Session {
    const guarded: Session = {
      host: session.host,
      probe: async (commands, signal) => session.probe(commands, signal),
      lock: async (path, owner) => session.lock(path, owner),
      breakLock: async (path, holder, graceMs) => session.breakLock(path, holder, graceMs),
      mutate: async (commands) => this.#mutate(session, commands),
      [Symbol.asyncDispose]: async () => session[Symbol.asyncDispose](),
    };
    this.#bare.set(guarded, session);
    return guarded;
  }

  /** Arms one host, before anything on it is changed; what earlier runs have armed is taken over. */
  async arm(session: Session): Promise<void> {
    const { host } = session;
    const { runId, by } = this.#world;
    const earlier = this.#earlierRuns(host);
    if (this.#timeoutS === undefined) return this.#dropEarlier(session, earlier);
    const { plan, snapshot } = this.#entry(host);
    const platform = platformOf(snapshot);
    const who = by.replaceAll(/[^\x21-\x7e]/g, '?');
    const script = deadManScript({ runId, by: who, plan, snapshot, platform, tidy: this.#tidy(plan) });
    this.#armed.set(host, this.#dueAt());
    this.#unfenced.add(host);
    const about = `${this.#proposal.plan.command} ${who}`;
    const arming = { script, about, seconds: this.#seconds(), earlier };
    const results = await session.mutate([...armHost(this.#runOn(host), arming), ...this.#sweep(host)]);
    const last = results.at(-1);
    if (last?.exitCode !== 0) throw stepFailure(host, 'arming the dead-man', last);
    this.#unfenced.delete(host);
    this.#report(host, 'armed');
  }

  /** The same when a good part of the time is over. */
  async renewInTime(sessions: ReadonlyMap<HostName, Session>): Promise<void> {
    const sinceMs = this.#world.clock.now() - this.#renewedMs;
    if (sinceMs > (this.#seconds() * 1000) / 4) await this.renew(sessions);
  }

  /** Tells every armed host that we are still there, and what we are at. */
  async renew(sessions: ReadonlyMap<HostName, Session>, phase: Phase = this.#phase): Promise<void> {
    this.#phase = phase;
    this.#renewedMs = this.#world.clock.now();
    const hosts = [...this.#armed.keys()].filter((host) => !this.#unfenced.has(host));
    const outcomes = await forEachHost(hosts, this.#world.forks, async (host) => {
      const session = sessions.get(host);
      if (session !== undefined) await this.fence(session);
    });
    for (const outcome of outcomes) if (outcome.status === 'failed') throw outcome.error;
  }

  /** Tells one host that we are still there; throws when its dead-man has fired. */
  async fence(session: Session): Promise<void> {
    const bare = this.#bare.get(session) ?? session;
    const [result] = await bare.mutate([this.#renewal(session.host)]);
    this.#checkFence(session.host, result);
  }

  /** Disarms one host for good; throws when its dead-man has fired. */
  async disarm(session: Session): Promise<void> {
    const { host } = session;
    const [result] = await session.mutate([disarm(this.#runOn(host))]);
    if (result?.exitCode === FIRED) throw fired(host);
    if (result?.exitCode !== 0) throw stepFailure(host, 'disarming the dead-man', result);
    this.#forget(host, 'disarmed');
  }

  /**
   * Takes the dead-man of a host away after its run was undone. What an earlier run had armed is undone now, by its own
   * script: the host is to be what it was before both.
   */
  async standDown(session: Session): Promise<void> {
    const { host } = session;
    if (!this.#armed.has(host)) return;
    const run = this.#runOn(host);
    const isTakeover = this.#earlierRuns(host).length > 0;
    const results = await session.mutate([...(isTakeover ? [undoNow(run)] : []), dropRun(run)]);
    const last = results.at(-1);
    if (last?.exitCode !== 0) throw stepFailure(host, 'undoing the run before this one', last);
    this.#forget(host, 'disarmed');
  }

  /** Leaves a host as it was changed: nobody undoes it any more. */
  async release(session: Session): Promise<void> {
    if (!this.#armed.has(session.host)) return;
    const [result] = await session.mutate([dropRun(this.#runOn(session.host))]);
    if (result?.exitCode !== 0) throw stepFailure(session.host, 'disarming the dead-man', result);
    this.#forget(session.host, 'disarmed');
  }

  /**
   * Whether the dead-man of a host has undone the run, after a look at what it has left. One that could not, or never
   * was armed, does not stop us from changing the host any more.
   */
  hasFired(host: HostName, traces: DeadManTraces | undefined): boolean {
    const { runId } = this.#world;
    const isUndone = traces?.undone?.runId === runId;
    if (isUndone && this.#armed.has(host)) this.#forget(host, 'fired');
    const isWaiting = traces?.armed.some((run) => run.runId === runId && run.state === 'armed') === true;
    if (isWaiting) this.#unfenced.delete(host);
    else this.#unfenced.add(host);
    return isUndone;
  }

  async #mutate(session: Session, commands: readonly Mutation[]): Promise<readonly CommandResult[]> {
    const isFenced = this.#armed.has(session.host) && !this.#unfenced.has(session.host);
    if (!isFenced || commands.length === 0) return session.mutate(commands);
    const [first, ...results] = await session.mutate([this.#renewal(session.host), ...commands]);
    this.#checkFence(session.host, first);
    return results;
  }

  #renewal(host: HostName): Mutation {
    return fence(this.#runOn(host), this.#seconds());
  }

  #checkFence(host: HostName, result: CommandResult | undefined): void {
    if (result?.exitCode === FIRED) throw fired(host);
    if (result?.exitCode !== 0) throw stepFailure(host, 'renewing the dead-man', result);
    this.#armed.set(host, this.#dueAt());
    this.#report(host, 'armed');
  }

  async #dropEarlier(session: Session, earlier: readonly string[]): Promise<void> {
    const drops = earlier.map((runId) => dropRun({ ...this.#runOn(session.host), runId }));
    const last = (await session.mutate([...drops, ...this.#sweep(session.host)])).at(-1);
    if (last !== undefined && last.exitCode !== 0)
      throw stepFailure(session.host, 'dropping the dead-man of an earlier run', last);
  }

  /** What a run that died has left beside the files: this run may have nothing to put there. */
  #sweep(host: HostName): readonly Mutation[] {
    return this.#earlierRuns(host).length === 0 ? [] : [leftoverRemoval(this.#entry(host).plan)];
  }

  #earlierRuns(host: HostName): readonly string[] {
    return (this.#entry(host).snapshot.deadMan?.armed ?? []).map(({ runId }) => runId);
  }

  #entry(host: HostName): { readonly plan: HostPlan; readonly snapshot: HostSnapshot } {
    const plan = this.#proposal.plan.hosts.find((entry) => entry.host === host);
    const snapshot = this.#proposal.snapshots.find(({ intent }) => intent.name === host);
    if (plan === undefined || snapshot === undefined) throw new Error(`no plan for ${host}`);
    return { plan, snapshot };
  }

  #runOn(host: HostName): DeadManRun {
    const { watch } = platformOf(this.#entry(host).snapshot).services;
    return { cluster: this.#world.intent.cluster, runId: this.#world.runId, watch };
  }

  #tidy(plan: HostPlan): readonly Mutation[] {
    return [
      leftoverRemoval(plan),
      withdrawGeneration(this.#world.intent.cluster, nextNumber(this.#proposal)),
    ];
  }

  #seconds(): number {
    const { plan } = this.#proposal;
    return patienceS(this.#timeoutS ?? 0, this.#phase, { plan, settings: this.#world.endpoint.settings });
  }

  #dueAt(): string {
    return new Date(this.#world.clock.now() + this.#seconds() * 1000).toISOString();
  }

  #report(host: HostName, state: 'armed' | 'disarmed' | 'fired'): void {
    const undoesAt = this.#armed.get(host);
    this.#world.report({ type: 'dead-man', host, state, ...(undoesAt === undefined ? {} : { undoesAt }) });
  }

  #forget(host: HostName, state: 'disarmed' | 'fired'): void {
    this.#armed.delete(host);
    this.#report(host, state);
  }
}

function hasWork({ changes }: HostPlan): boolean {
  return changes.some(({ action }) => action !== 'none');
}

function fired(host: HostName): KonvoyError {
  return new KonvoyError(`${host} has not heard from this run in time: its dead-man undoes it`, {
    code: 'dead-man-fired',
    host,
    hints: ['a slow line needs more time: --confirm-timeout'],
  });
}
