import type { HostName } from '../../../src/domain/names.ts';
import { KonvoyError } from '../../../src/domain/error.ts';
import type { KeepalivedEndpoint } from '../../../src/domain/intent.ts';
import type { Clock, World } from '../../../src/engine/world.ts';
import type { EndpointAnswer, EndpointRequest } from '../../../src/transport/transport.ts';
import { clusterName, hostName } from '../branded.ts';
import { hostIntent, macOf, ownAddress, VIP } from '../cluster.ts';
import { RENDERER } from '../templates.ts';
import { FakeMachine, type Surroundings } from './machine.ts';
import { FakeSession, FakeRun, type FakeFault } from './session.ts';

/** Machines on one network, which elect who has the VIP, and one clock. */
export class FakeCluster implements Surroundings {
  readonly machines: ReadonlyMap<HostName, FakeMachine>;
  #nowMs = Date.parse('2026-11-26T03:00:00.000Z');
  #runs = 0;

  constructor(names: readonly string[]) {
    this.machines = new Map(names.map((name) => [hostName(name), new FakeMachine(hostName(name), this)]));
  }

  now(): number {
    return this.#nowMs;
  }

  /** Lets time pass; every machine that is up looks whether a dead-man is due. */
  pass(ms: number): void {
    this.#nowMs += ms;
    for (const machine of this.machines.values()) if (machine.isUp) machine.tick();
  }

  /** Of the routers that hear each other the one with the highest priority has the VIP. */
  holdsVip({ router, name }: FakeMachine): boolean {
    if (router === undefined) return false;
    return [...this.machines.values()].every(
      (other) =>
        other.name === name ||
        other.router?.identity !== router.identity ||
        other.router.priority < router.priority,
    );
  }

  vipMac(): string | undefined {
    const holder = [...this.machines.values()].find((machine) => this.holdsVip(machine));
    return holder === undefined ? undefined : macOf(holder.name);
  }

  /** Everything that one command line stands on. */
  world(endpoint: KeepalivedEndpoint, fault?: FakeFault): { readonly world: World; readonly run: FakeRun } {
    this.#runs += 1;
    const run = new FakeRun(fault);
    const connect = async ({ host }: { readonly host: HostName }): Promise<FakeSession> => {
      await run.alive();
      const machine = this.machines.get(host);
      if (machine?.isUp !== true)
        throw new KonvoyError(`cannot connect to ${host}`, { code: 'connect-failed', host });
      return new FakeSession(machine, run);
    };
    const world: World = {
      intent: {
        cluster: clusterName('prod'),
        endpoint,
        hosts: [...this.machines.keys()].map((name) => hostIntent(name)),
        warnings: [],
      },
      endpoint,
      transport: { connect },
      reach: connect,
      prober: { ask: async (request) => this.#ask(run, request) },
      renderer: RENDERER,
      report: () => undefined,
      clock: this.#clock(run),
      forks: 30,
      runId: `run-${String(this.#runs).padStart(4, '0')}`,
      by: 'ada@laptop',
      signal: new AbortController().signal,
    };
    return { world, run };
  }

  #clock(run: FakeRun): Clock {
    return {
      now: () => this.now(),
      monotonic: () => this.now(),
      sleep: async (ms, signal) => {
        await run.alive();
        // The watch of the VIP, which sleeps without a signal, shares no time with the run: it would make hours of it.
        if (signal === undefined && ms < 100) await new Promise(setImmediate);
        else this.pass(ms);
        await run.alive();
      },
    };
  }

  async #ask(run: FakeRun, { host }: EndpointRequest): Promise<EndpointAnswer> {
    await run.alive();
    const machines = [...this.machines.values()];
    const answering = machines.find(
      (machine) =>
        machine.isUp && (host === VIP ? this.holdsVip(machine) : ownAddress(machine.name) === host),
    );
    if (answering === undefined) return { outcome: 'timeout', detail: 'nobody is there' };
    return { outcome: 'answered', status: 200, certificate: `AA:${answering.name}`, elapsedMs: 1 };
  }
}
