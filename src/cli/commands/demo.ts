import { setTimeout as delay } from 'node:timers/promises';
import { KonvoyError } from '../../domain/error.ts';
import { stopEngine } from '../../lab/engine.ts';
import type { Lab } from '../../lab/lab.ts';
import { createProber } from '../../transport/prober.ts';
import { EXIT } from '../exit-codes.ts';
import type { CliIo } from '../io.ts';
import { bootLab, labContext, takeDown } from './lab.ts';

export interface DemoOptions {
  readonly suite: string;
  /** Leaves the hosts running. */
  readonly keep: boolean;
  /** Runs a command line. */
  readonly run: (io: CliIo) => Promise<number>;
}

/** What the steps of the demo share. */
interface Stage {
  readonly io: CliIo;
  readonly lab: Lab;
  readonly run: DemoOptions['run'];
}

/**
 * `lab demo`: the whole product on real hosts, with nothing left behind. Every step is an ordinary command line, run
 * as an operator would; the first that does not end as it should ends the demo with its exit status.
 */
export async function demo(io: CliIo, options: DemoOptions): Promise<number> {
  const lab = await bootLab(io, 3, { name: 'demo', suite: options.suite });
  try {
    return await show({ io, lab, run: options.run });
  } finally {
    if (!options.keep) {
      await takeDown(io, { name: lab.name }, { purge: false });
      await stopEngine(labContext(io));
    }
  }
}

async function show(stage: Stage): Promise<number> {
  const steps: readonly (readonly string[])[] = [
    ['check'],
    ['apply', '--yes'],
    ['status'],
    ['apply', '--yes'],
  ];
  for (const step of steps) {
    const code = await command(stage, step);
    if (code !== EXIT.done) return code;
  }
  await failOver(stage);
  for (const step of [['drill', '--yes'], ['verify'], ['history'], ['destroy', '--yes']]) {
    const code = await command(stage, step);
    if (code !== EXIT.done) return code;
  }
  say(
    stage.io,
    'that was: install, proof, an apply that changes nothing, a failover, a drill, and a clean removal',
  );
  return EXIT.done;
}

/** Freezes the active host, measures how long the VIP does not answer, and lets the host come back. */
async function failOver(stage: Stage): Promise<void> {
  const { io, lab } = stage;
  const active = await holderOf(lab);
  say(io, `freezing ${active.name}, which is active`);
  await active.pause();
  try {
    const { outageMs, lost } = await measureOutage(lab.vip);
    const now = await holderOf(lab, active.name);
    const seconds = (outageMs / 1000).toFixed(2);
    say(
      io,
      `the VIP ${lab.vip} answers again after ${seconds} s, from ${now.name}; ${lost} requests were lost`,
    );
    // The frozen host cannot be asked, which `status` says with its exit status as well.
    await command(stage, ['status', '--timeout', '2']);
  } finally {
    await active.unpause();
  }
  say(io, `${active.name} is thawed; it has the highest priority and takes the VIP back`);
  await waitFor(async () => (await holders(lab)).join() === active.name, 'the VIP to be on one host again');
}

async function measureOutage(vip: string): Promise<{ readonly outageMs: number; readonly lost: number }> {
  const prober = createProber();
  const begin = performance.now();
  let lost = 0;
  for (;;) {
    const answer = await prober.ask({ host: vip, port: 6443, path: '/readyz', timeoutMs: PROBE_TIMEOUT_MS });
    const elapsed = performance.now() - begin;
    // The first answers may still be under way from before the freeze.
    if (answer.outcome === 'answered' && lost > 0) return { outageMs: elapsed, lost };
    if (answer.outcome !== 'answered') lost += 1;
    if (elapsed > DEADLINE_MS) throw failed('the VIP did not come back');
    await delay(PROBE_PAUSE_MS);
  }
}

async function holders(lab: Lab, without?: string): Promise<readonly string[]> {
  const asked = await Promise.all(
    lab.hosts
      .filter((host) => host.name !== without)
      .map(async (host) => ({ host, addresses: await host.exec(['ip', '-o', 'address', 'show']) })),
  );
  return asked.flatMap(({ host, addresses }) =>
    addresses.stdout.includes(` ${lab.vip}/`) ? [host.name] : [],
  );
}

async function holderOf(lab: Lab, without?: string): Promise<Lab['hosts'][number]> {
  const [name] = await holders(lab, without);
  const host = lab.hosts.find((candidate) => candidate.name === name);
  if (host === undefined) throw failed('no host has the VIP');
  return host;
}

async function waitFor(condition: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw failed(`waited in vain for ${what}`);
    await delay(PROBE_PAUSE_MS);
  }
}

async function command({ io, lab, run }: Stage, words: readonly string[]): Promise<number> {
  const argv = [...words, '-i', lab.inventoryPath];
  io.stdout.write(`\n$ konvoy-ha ${argv.join(' ')}\n`);
  return run({ ...io, argv });
}

function say(io: CliIo, line: string): void {
  io.stdout.write(`\nkonvoy-ha: ${line}\n`);
}

function failed(message: string): KonvoyError {
  return new KonvoyError(`the demo failed: ${message}`, { code: 'verification-failed' });
}

const PROBE_PAUSE_MS = 20;
const PROBE_TIMEOUT_MS = 250;
const DEADLINE_MS = 20_000;
