import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { loadIntent } from '../config/load.ts';
import type { LimitedIntent } from '../config/intent.ts';
import { KonvoyError, refusal } from '../domain/error.ts';
import type { Reporter, RunEvent } from '../domain/event.ts';
import type { Intent, KeepalivedEndpoint } from '../domain/intent.ts';
import type { HostName } from '../domain/names.ts';
import type { Terminal } from '../domain/terminal.ts';
import type { Limit } from '../engine/scope.ts';
import type { World } from '../engine/world.ts';
import { createTransport } from '../transport/create.ts';
import { describeEndpoint, refuseNotBuilt } from '../plan/not-built.ts';
import { createProber } from '../transport/prober.ts';
import { ArmedHosts } from './armed-hosts.ts';
import { describe, reportDiagnostics } from './ending.ts';
import { EXIT } from './exit-codes.ts';
import type { CliIo } from './io.ts';
import { readLimit } from './limit.ts';
import type { HostOptions, OrderOptions } from './options.ts';
import { inventoryPaths, loadContext } from './inventory-paths.ts';
import { openReporter } from './reporter.ts';
import { wayNotes, withClient } from './routes.ts';
import { readLoginOptions, withLoginOptions } from './targets.ts';
import { templateRenderer } from './templates.ts';
import { openTerminal } from './terminal.ts';

/** A command's work: the world it has, the hosts it may touch, whom to ask; resolves with the exit status. */
export type Work = (world: World, limit: Limit, terminal: Terminal | undefined) => Promise<number>;

/** Opens the world for a command, runs it and says how it ended; interrupts reach it as an aborted signal. */
export async function withWorld(
  io: CliIo,
  command: string,
  options: OrderOptions,
  work: Work,
): Promise<number> {
  const armed = new ArmedHosts();
  const reporter = openReporter(io, options);
  const report = Object.assign((event: RunEvent) => {
    armed.follow(event);
    reporter(event);
  }, reporter);
  const interrupt = listenForInterrupts(io, report, armed);
  const { signal } = interrupt;
  try {
    const terminal = openTerminal(io, { ...interrupt, hold: () => report.hold() });
    const { world, limit } = await openWorld(io, options, { command, report, signal, terminal });
    const code = await work(world, limit, terminal);
    report({ type: 'exit', code });
    return code;
  } catch (error) {
    reportDiagnostics(report, error);
    const { code, exit } = describe(error);
    report({ type: 'exit', code, error: exit });
    return code;
  } finally {
    interrupt.stop();
    report.close();
  }
}

/** A run before it has a world. */
interface Run {
  readonly command: string;
  readonly report: Reporter;
  readonly signal: AbortSignal;
  readonly terminal: Terminal | undefined;
}

async function openWorld(
  io: CliIo,
  options: OrderOptions,
  run: Run,
): Promise<{ readonly world: World; readonly limit: Limit }> {
  const intent = await readIntent(io, options, run.terminal);
  for (const diagnostic of intent.warnings) run.report({ type: 'diagnostic', diagnostic });
  const endpoint = supportedEndpoint(intent);
  const renderer = await templateRenderer(io.cwd, options.templates);
  const limit = limitOf(intent, options.limit);
  const runId = `${new Date(io.now()).toISOString().replace(/[-:]|\.\d+/g, '')}-${randomUUID().slice(0, 8)}`;
  run.report({
    type: 'run-started',
    command: run.command,
    runId,
    hosts: intent.hosts.map((host) => host.name),
  });
  const transport = createTransport({
    home: io.home,
    environment: io.env,
    ...(io.env['SSH_AUTH_SOCK'] === undefined ? {} : { agentSocket: io.env['SSH_AUTH_SOCK'] }),
    terminal: run.terminal,
    ...wayNotes(run.report),
    ...(options.timeout === undefined ? {} : { readyTimeoutMs: options.timeout * 1000 }),
  });
  const world: World = {
    intent,
    endpoint,
    transport,
    reach: async (target, signal) => transport.connect(target, signal),
    prober: createProber(),
    renderer,
    report: run.report,
    clock: {
      now: () => io.now(),
      monotonic: () => performance.now(),
      sleep: async (ms, signal) => sleep(ms, signal),
    },
    forks: options.forks,
    ...(options.serial === undefined ? {} : { serial: options.serial }),
    ...(options.forgetHost === undefined ? {} : { gone: options.forgetHost }),
    adopt: options.adopt === true,
    runId,
    by: `${io.user}@${io.hostname}`,
    signal: run.signal,
  };
  return { world, limit };
}

async function readIntent(
  io: CliIo,
  options: HostOptions,
  terminal: Terminal | undefined,
): Promise<LimitedIntent> {
  const cluster = options.cluster === undefined ? {} : { cluster: options.cluster };
  const limit = options.limit === undefined ? {} : { limit: await readLimit(io, options.limit) };
  const paths = { ...inventoryPaths(options), ...cluster, ...limit };
  const loaded = await loadIntent(paths, await loadContext(io, options, terminal));
  if (!loaded.ok) throw refusal(loaded.error);
  const login = await readLoginOptions(options, terminal);
  const { transport } = options;
  const hosts = loaded.value.hosts.map((host) => ({
    ...host,
    target: withLoginOptions(
      transport === undefined ? host.target : withClient(host.target, transport),
      login,
    ),
  }));
  return { ...loaded.value, hosts };
}

/** The endpoint when it is of a kind and has settings that are built; refused before any host is touched otherwise. */
function supportedEndpoint({ endpoint }: Intent): KeepalivedEndpoint {
  if (endpoint.kind !== 'keepalived') {
    throw new KonvoyError(`${describeEndpoint(endpoint)}; that is not supported yet`, {
      code: 'not-yet',
      hints: [
        'for a VIP on the hosts themselves set spec.kubernetes.controlPlane.keepalived: {} in cluster.yaml',
      ],
    });
  }
  const diagnostics = refuseNotBuilt(endpoint);
  if (diagnostics.length === 0) return endpoint;
  throw new KonvoyError('the input asks for what is not supported yet; nothing was changed', {
    code: 'not-yet',
    diagnostics,
  });
}

function limitOf({ limited, hosts }: LimitedIntent, pattern = ''): ReadonlySet<HostName> {
  if (limited.ok) return new Set(limited.value);
  throw new KonvoyError(`--limit ${pattern}: ${limited.error}`, {
    code: 'usage',
    hints: [`control-plane hosts are ${hosts.map((host) => host.name).join(', ')}`],
  });
}

interface Interrupts {
  readonly signal: AbortSignal;
  /** Does what a signal from outside does. */
  interrupt(): void;
  stop(): void;
}

/** The first interrupt asks the run to stop and undo; the second gives up on that. */
function listenForInterrupts(io: CliIo, report: Reporter, armed: ArmedHosts): Interrupts {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) {
      io.stderr.write(armed.farewell(io.now()));
      io.exitNow(EXIT.interrupted);
      return;
    }
    report({
      type: 'run-step',
      step: 'interrupted: the step at work is finished, then undone (interrupt again to give up on that)',
    });
    controller.abort(new KonvoyError('interrupted', { code: 'interrupted' }));
  };
  return { signal: controller.signal, interrupt, stop: io.onInterrupt(interrupt) };
}

async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    // The timer's own AbortError says nothing; the reason does.
    if (signal?.aborted === true) throw signal.reason;
    throw error;
  }
}
