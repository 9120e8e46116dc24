import { spawn } from 'node:child_process';
import { access, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KonvoyError } from '../domain/error.ts';
import { must, run } from './command.ts';
import { cacheDirectory, type LabContext } from './context.ts';
import { decideEngine, type EngineSight } from './engine-decision.ts';
import { exclusively } from './exclusive.ts';
import { bootstrapPackages, distributions, hasCommand, installPackages } from './packages.ts';

/** Makes sure that a container engine answers: finds it, starts it, or installs it, saying which. */
export async function ensureEngine(context: LabContext): Promise<void> {
  await exclusively('engine', async () => {
    const decision = decideEngine(await lookForEngine(context));
    switch (decision.kind) {
      case 'use':
        break;
      case 'start-unit':
        await startUnit(context);
        break;
      case 'start-daemon':
        await startDaemon(context);
        break;
      case 'install':
        await install(context);
        break;
      case 'refuse':
        throw new KonvoyError(decision.reason, { code: 'lab-unavailable', hints: [decision.hint] });
      default:
        decision satisfies never;
    }
  });
}

/** Stops the engine if `ensureEngine` started it and no container runs any more, and returns whether it did. */
export async function stopEngine(context: LabContext): Promise<boolean> {
  return exclusively('engine', async () => {
    const started = await readFile(startedPath(context), 'utf8').catch(() => undefined);
    if (started === undefined) return false;
    const running = await run(context, ['docker', 'ps', '--quiet']);
    if (running.stdout.trim() !== '') {
      context.say('left the container engine running: it has other containers');
      return false;
    }
    const stopped = await stopStarted(context, started.trim());
    await rm(startedPath(context), { force: true });
    if (stopped) context.say('stopped the container engine that the lab had started');
    return stopped;
  });
}

/**
 * Lets multicast pass between the hosts of a lab: with bridge netfilter on, the engine's isolation rules for an
 * internal network drop 224.0.0.18. Called after the network is made, because making it may load the filter.
 */
export async function letMulticastPass(context: LabContext): Promise<void> {
  for (const name of ['bridge-nf-call-iptables', 'bridge-nf-call-ip6tables']) {
    const path = `/proc/sys/net/bridge/${name}`;
    const value = await readFile(path, 'utf8').catch(() => '0');
    if (value.trim() === '0') continue;
    if (context.uid === 0) {
      context.say(`setting net.bridge.${name}=0, or multicast between lab hosts would be dropped`);
      await writeFile(path, '0');
    } else {
      context.say(`multicast between lab hosts may be dropped; as root: sysctl -w net.bridge.${name}=0`);
    }
  }
}

async function stopStarted(context: LabContext, started: string): Promise<boolean> {
  if (started === unitMark) {
    await must(context, ['systemctl', 'stop', 'docker.service', 'docker.socket']);
    return true;
  }
  const name = await readFile(`/proc/${started}/comm`, 'utf8').catch(() => '');
  // The engine may have ended long ago, and its number may be another process's by now.
  if (name.trim() !== 'dockerd') return false;
  await must(context, ['kill', started]);
  for (let waitedMs = 0; waitedMs < startTimeoutMs; waitedMs += pollMs) {
    if (!(await exists(`/proc/${started}`))) return true;
    await sleep(pollMs);
  }
  throw new KonvoyError(`dockerd (process ${started}) did not end within ${startTimeoutMs / 1000} s`, {
    code: 'lab-unavailable',
  });
}

async function lookForEngine(context: LabContext): Promise<EngineSight> {
  const version = await run(context, ['docker', 'version', '--format', '{{.Server.Version}}'], {
    timeoutMs: 20_000,
  });
  return {
    platform: platform(),
    answers: version.exitCode === 0,
    clientInstalled: version.exitCode !== 127,
    dockerHost: context.env['DOCKER_HOST'],
    daemonInstalled: await hasCommand(context, 'dockerd'),
    systemd: await exists('/run/systemd/system'),
    root: context.uid === 0,
    distributions: await distributions(),
  };
}

async function install(context: LabContext): Promise<void> {
  await installPackages(context, { names: enginePackages, reason: 'no container engine found' });
  // The package starts its service where it may.
  if (await answersWithin(context, serviceTimeoutMs)) return;
  await ((await exists('/run/systemd/system')) ? startUnit(context) : startDaemon(context));
}

async function startUnit(context: LabContext): Promise<void> {
  context.say('starting the container engine with systemctl');
  await must(context, ['systemctl', 'start', 'docker.service']);
  await mkdir(cacheDirectory(context.env), { recursive: true });
  await writeFile(startedPath(context), `${unitMark}\n`);
}

async function startDaemon(context: LabContext): Promise<void> {
  const directory = cacheDirectory(context.env);
  await mkdir(directory, { recursive: true });
  const logPath = join(directory, 'dockerd.log');
  context.say(`starting dockerd (log: ${logPath})`);
  const log = await open(logPath, 'a');
  // A session of its own: it must outlive this process and the shell that started it.
  const daemon = spawn('dockerd', [], {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: { ...context.env },
  });
  daemon.on('error', () => undefined);
  daemon.unref();
  await log.close();
  await writeFile(startedPath(context), `${daemon.pid ?? 0}\n`);
  if (await answersWithin(context, startTimeoutMs)) return;
  throw new KonvoyError(`dockerd did not answer within ${startTimeoutMs / 1000} s`, {
    code: 'lab-unavailable',
    hints: [`read ${logPath}`],
  });
}

async function answersWithin(context: LabContext, timeoutMs: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < timeoutMs; waitedMs += pollMs) {
    if ((await run(context, ['docker', 'version'], { timeoutMs: 20_000 })).exitCode === 0) return true;
    await sleep(pollMs);
  }
  return false;
}

function startedPath(context: LabContext): string {
  return join(cacheDirectory(context.env), 'engine-started-by-us');
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

// docker.io has no client of its own from Debian 13 on.
const enginePackages = ['docker.io', 'docker-cli', ...bootstrapPackages];
const unitMark = 'unit';
const startTimeoutMs = 30_000;
const serviceTimeoutMs = 3_000;
const pollMs = 250;
