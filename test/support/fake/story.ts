import { PATHS } from '../../../src/backends/keepalived/layout.ts';
import { KonvoyError } from '../../../src/domain/error.ts';
import type { KeepalivedEndpoint } from '../../../src/domain/intent.ts';
import type { HostName } from '../../../src/domain/names.ts';
import { applyCommand, destroyCommand, rollbackCommand } from '../../../src/engine/alter.ts';
import { planCommand } from '../../../src/engine/look.ts';
import { ENDPOINT } from '../cluster.ts';
import { vrid } from '../branded.ts';
import { FakeCluster } from './cluster.ts';
import type { FakeFault } from './session.ts';
import { viewOf, foreignOf, type View } from './view.ts';

/** What somebody does with a cluster. */
export type Deed =
  | { readonly do: 'apply'; readonly wish: number; readonly fault?: FakeFault | undefined }
  | { readonly do: 'destroy'; readonly fault?: FakeFault | undefined }
  | { readonly do: 'rollback'; readonly to: number; readonly fault?: FakeFault | undefined }
  | { readonly do: 'down' | 'up'; readonly host: HostName }
  | { readonly do: 'edit by hand'; readonly host: HostName; readonly how: ByHand };

/** What somebody does by hand: a change of the configuration or of a script, its mode, its removal, or a file of his own. */
export type ByHand = 'conf' | 'script' | 'chmod' | 'remove' | 'theirs';

/** A file of somebody else, among ours. */
const THEIRS = `${PATHS.scripts}/somebody-elses`;

/** How a command ended. */
type End =
  | { readonly ended: 'done' }
  | { readonly ended: 'killed' }
  | { readonly ended: 'failed'; readonly error: unknown };

/**
 * A cluster in memory to which deeds are done. After each it is looked whether everything is as promised; the first thing
 * that is not is thrown.
 */
export class Story {
  readonly #cluster = new FakeCluster(['lb1', 'lb2', 'lb3']);
  readonly #before: ReadonlyMap<HostName, View>;
  /** Files of others, by host, as those others have left them. */
  readonly #foreign = new Map<HostName, ReadonlyMap<string, string>>();
  /** What each generation has left on each host. */
  readonly #generations = new Map<number, ReadonlyMap<HostName, View>>();
  #endpoint: KeepalivedEndpoint = ENDPOINT;
  /** How often each command has ended in which way, over all stories. */
  readonly #tally: Map<string, number>;

  constructor(tally: Map<string, number> = new Map()) {
    this.#tally = tally;
    for (const machine of this.#cluster.machines.values()) {
      if (machine.name === 'lb2') continue;
      machine.tree.makeDirectories(PATHS.scripts);
      machine.tree.write(THEIRS, 'theirs\n');
    }
    this.#before = this.#views();
    this.#noteForeign();
  }

  async do(deed: Deed): Promise<void> {
    switch (deed.do) {
      case 'down':
      case 'up':
        this.#power(deed);
        break;
      case 'edit by hand':
        this.#editByHand(deed);
        break;
      default:
        await this.#change(deed.do === 'rollback' ? { ...deed, to: this.#generation(deed.to) } : deed);
    }
    this.#check(this.#foreignUntouched(), 'a file of somebody else was touched');
  }

  /** In the end all hosts come back, and an apply makes everything right. */
  async end(): Promise<void> {
    for (const machine of this.#cluster.machines.values()) if (!machine.isUp) machine.powerOn();
    await this.#change({ do: 'apply', wish: 1 });
    await this.#change({ do: 'destroy' });
    for (const [host, view] of this.#views())
      this.#check(this.#sameAs(view, this.#before.get(host)), `${host} is not as it was before us`);
  }

  #power({ do: verb, host }: { readonly do: 'down' | 'up'; readonly host: HostName }): void {
    const machine = this.#cluster.machines.get(host);
    if (machine === undefined || machine.isUp === (verb === 'up')) return;
    if (verb === 'up') machine.powerOn();
    else machine.powerOff();
  }

  #editByHand({ host, how }: Extract<Deed, { do: 'edit by hand' }>): void {
    const machine = this.#cluster.machines.get(host);
    if (machine?.isUp !== true || !machine.tree.isDirectory(PATHS.scripts)) return;
    const [path, text = ''] =
      how === 'conf' ? [PATHS.conf] : how === 'theirs' ? [THEIRS, 'theirs\n'] : [PATHS.ready];
    const file = machine.tree.file(path);
    if (file === undefined && how !== 'theirs') return;
    if (how === 'remove') machine.tree.remove(path);
    else if (how === 'chmod' && file !== undefined) machine.tree.put(path, { ...file, mode: 0o700 });
    else machine.tree.write(path, `${machine.tree.text(path) ?? text}# by hand\n`, file?.mode);
    this.#noteForeign();
  }

  async #change(deed: Extract<Deed, { do: 'apply' | 'destroy' | 'rollback' }>): Promise<void> {
    const before = this.#views();
    if (deed.do === 'apply') this.#endpoint = wished(deed.wish);
    const { world, run } = this.#cluster.world(this.#endpoint, deed.fault);
    const limit = new Set(this.#cluster.machines.keys());
    const how = {
      verify: true,
      keepOnFailure: false,
      confirmTimeoutS: 120,
      confirm: async () => Promise.resolve(true),
    };
    const running =
      deed.do === 'rollback'
        ? rollbackCommand(world, limit, { ...how, to: deed.to })
        : deed.do === 'destroy'
          ? destroyCommand(world, limit, { ...how, purge: false })
          : applyCommand(world, limit, how);
    const end = await Promise.race([
      running.then(
        (): End => ({ ended: 'done' }),
        (error: unknown): End => ({ ended: 'failed', error }),
      ),
      run.killed.then((): End => ({ ended: 'killed' })),
    ]);
    const code = end.ended === 'failed' && end.error instanceof KonvoyError ? ` (${end.error.code})` : '';
    const words = `${deed.do}${run.isStruck ? `, ${deed.fault?.kind ?? ''}` : ''}: ${end.ended}${code}`;
    this.#tally.set(words, 1 + (this.#tally.get(words) ?? 0));
    if (end.ended === 'done') await this.#afterSuccess(deed);
    else if (end.ended === 'failed') this.#afterFailure(end.error, before);
    else this.#afterKill(before);
    this.#nothingLeft();
  }

  async #afterSuccess(deed: Extract<Deed, { do: 'apply' | 'destroy' | 'rollback' }>): Promise<void> {
    const now = this.#views();
    if (deed.do === 'destroy' || (deed.do === 'rollback' && deed.to === 0)) {
      for (const [host, view] of now)
        this.#check(this.#sameAs(view, this.#before.get(host)), `${host} is not as before us`);
      if (deed.do === 'destroy') this.#generations.clear();
      return;
    }
    if (deed.do === 'rollback') {
      const then = this.#generations.get(deed.to);
      for (const [host, view] of now)
        this.#check(this.#sameAs(view, then?.get(host)), `${host} is not as generation ${deed.to} left it`);
    } else await this.#nothingToDo();
    this.#generations.set(this.#newest(), now);
  }

  /** Whatever was changed is undone; an error that is none of ours is a bug. */
  #afterFailure(error: unknown, before: ReadonlyMap<HostName, View>): void {
    if (!(error instanceof KonvoyError)) throw error;
    this.#check(error.code !== 'undo-failed', `an undo has failed: ${error.message}`);
    if (error.code === 'not-finished') {
      this.#onlyToForget();
      return;
    }
    for (const [host, view] of this.#views())
      this.#check(this.#sameAs(view, before.get(host)), `${host} was not undone after: ${error.message}`);
  }

  /** A destroy that could not forget everything has taken everything else away. */
  #onlyToForget(): void {
    for (const [host, view] of this.#views())
      this.#check(this.#sameAs(view, this.#before.get(host)), `${host} is not as before us`);
    this.#generations.clear();
  }

  /** Hosts on their own: those that are armed undo the run, and all of them end as they were or all as was wanted. */
  #afterKill(before: ReadonlyMap<HostName, View>): void {
    const armed = [...this.#cluster.machines.values()].filter(({ waiting }) => waiting > 0);
    this.#cluster.pass(20 * 60_000);
    for (const machine of armed)
      this.#check(
        this.#sameAs(viewOf(machine), before.get(machine.name)),
        `${machine.name} has not undone a run that was killed`,
      );
    // It may have come as far as to confirm what it had recorded.
    const newest = this.#newest();
    if (newest > 0 && !this.#generations.has(newest)) this.#generations.set(newest, this.#views());
  }

  async #nothingToDo(): Promise<void> {
    const { world } = this.#cluster.world(this.#endpoint);
    const { plan } = await planCommand(world, new Set(this.#cluster.machines.keys()));
    this.#check(plan.isEmpty, 'there is something to do after an apply');
    this.#check(plan.recordsBecause === undefined, `nothing is recorded: ${plan.recordsBecause ?? ''}`);
    const drifted = plan.hosts.filter((host) => host.drifted).map(({ host }) => host);
    this.#check(drifted.length === 0, `${drifted.join()}: recorded is not observed`);
  }

  #nothingLeft(): void {
    for (const machine of this.#cluster.machines.values()) {
      if (!machine.isUp) continue;
      this.#check(machine.lock === undefined, `${machine.name} is locked`);
      this.#check(machine.waiting === 0, `${machine.name} is armed`);
      this.#check(machine.watchers.size === 0, `a dead-man waits on ${machine.name}`);
      const left = machine.tree
        .all()
        .filter(([path]) => /konvoy-ha-new$|\/\.konvoy-ha\.|\.new$|\.gone$|\.deadline$/.test(path));
      this.#check(left.length === 0, `left on ${machine.name}: ${left.map(([path]) => path).join()}`);
    }
  }

  #newest(): number {
    const numbers = [...this.#cluster.machines.values()].flatMap(({ tree }) =>
      tree.names('/var/lib/konvoy-ha/prod/generations').map(Number),
    );
    return Math.max(0, ...numbers);
  }

  /** One that there is, most of the time; 0 is what was there before us. */
  #generation(choice: number): number {
    const known = [...this.#generations.keys()];
    return choice === 0 ? 0 : (known[choice % Math.max(1, known.length)] ?? 1);
  }

  #views(): ReadonlyMap<HostName, View> {
    return new Map(
      [...this.#cluster.machines.values()]
        .filter(({ isUp }) => isUp)
        .map((machine) => [machine.name, viewOf(machine)]),
    );
  }

  #sameAs(view: View, other: View | undefined): boolean {
    return other !== undefined && view.text === other.text;
  }

  #noteForeign(): void {
    for (const machine of this.#cluster.machines.values())
      this.#foreign.set(machine.name, foreignOf(machine));
  }

  #foreignUntouched(): boolean {
    return [...this.#cluster.machines.values()].every(
      (machine) =>
        JSON.stringify([...foreignOf(machine)]) ===
        JSON.stringify([...(this.#foreign.get(machine.name) ?? [])]),
    );
  }

  #check(holds: boolean, words: string): void {
    if (!holds) throw new Error(words);
  }
}

/** A few wishes that differ in what a change costs: nothing, a reload, a new identity. */
function wished(number: number): KeepalivedEndpoint {
  const { settings } = ENDPOINT;
  const wishes = [
    settings,
    { ...settings, healthCheck: { ...settings.healthCheck, path: '/livez' } },
    { ...settings, vrid: vrid(77) },
    { ...settings, mode: 'multicast' as const },
  ];
  return { ...ENDPOINT, settings: wishes[number % wishes.length] ?? settings };
}
