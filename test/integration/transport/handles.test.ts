import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Target } from '../../../src/domain/target.ts';
import { compiledProgram, type CompiledProgram } from '../../support/compiled-program.ts';
import { LoginUser, sudoIsAvailable } from '../../support/login-user.ts';
import { makeKey, storeKey } from '../../support/ssh-keys.ts';
import { sshLab, type SshLab } from '../../support/ssh-lab.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';

// A process ends by itself only when nothing is open and nobody waits: each case is a process of its own, which is given
// no other way out.
let program: CompiledProgram;
beforeAll(async () => {
  program = await compiledProgram();
  await writeFile(join(program.path, 'scenario.js'), SCENARIO);
  await writeFile(join(program.path, 'witness.js'), WITNESS);
}, 60_000);
afterAll(async () => program[Symbol.asyncDispose]());

const SCENARIO = `
import { createTransport } from './transport/create.js';
import { Secret } from './domain/secret.js';
import { probe, mutateScript } from './domain/command.js';

const { target, options, password, ending } = JSON.parse(process.argv[2]);
if (password !== undefined) target.become.password = new Secret(password);
const abort = new AbortController();
const say = (line) => process.stdout.write(line + '\\n');
async function run() {
  const connecting = createTransport(options).connect(target, abort.signal);
  if (ending === 'abort while connecting') setTimeout(() => abort.abort(new Error('aborted')), 100);
  const session = await connecting;
  say('connected');
  const step = { 'dispose': 'true', 'abort': 'sleep 2', 'wait': 'sleep 60' }[ending];
  const running = ending === 'abort'
    ? session.probe([probe('sleep', '2')], abort.signal)
    : session.mutate([mutateScript(step)]);
  if (ending === 'abort') setTimeout(() => abort.abort(new Error('aborted')), 100);
  const waiting = session.probe([probe('true')]);
  const outcomes = await Promise.allSettled([running, waiting]);
  for (const { status, reason } of outcomes) say(status === 'fulfilled' ? 'done' : (reason.code ?? '') + ' ' + reason.message);
  await session[Symbol.asyncDispose]();
}
run().then(() => say('over'), (error) => say(error.code + ' ' + error.message));
`;

/** Says at the end of any process which resources it still has, its own standard streams left out. */
const WITNESS = `
import { writeFileSync } from 'node:fs';
for (const stream of [process.stdout, process.stderr]) stream.writable;
const own = process.getActiveResourcesInfo();
process.on('exit', () => {
  const left = process.getActiveResourcesInfo();
  for (const kind of own) if (left.includes(kind)) left.splice(left.indexOf(kind), 1);
  writeFileSync(process.env.WITNESS, left.join());
});
`;

describe('a process that used the transport has nothing open', () => {
  test('after it has hung up', async () => {
    await using lab = await sshLab();
    const server = await lab.start();
    expect(
      await scenario(lab, { target: lab.home.target({ port: server.port }), ending: 'dispose' }),
    ).toEqual({
      said: ['connected', 'done', 'done', 'over'],
      left: '',
    });
    expect(server.openSockets).toBe(0);
  });

  test('after a bastion and its host have been hung up', async () => {
    await using lab = await sshLab();
    const [bastion, host] = [await lab.start(), await lab.start()];
    const jump = lab.home.target({ host: 'bastion', port: bastion.port });
    const target = lab.home.target({ port: host.port, jump });
    expect(await scenario(lab, { target, ending: 'dispose' })).toMatchObject({ left: '' });
    expect([bastion.openSockets, host.openSockets]).toEqual([0, 0]);
  });

  test('after its login was refused', async () => {
    await using lab = await sshLab();
    const server = await lab.start();
    const stranger = await storeKey(`${lab.home.path}/stranger`, makeKey());
    const target = lab.home.target({ port: server.port, identityFiles: [stranger] });
    const { said, left } = await scenario(lab, { target, ending: 'dispose' });
    expect([said, left]).toEqual([[expect.stringMatching(/^authentication-failed /)], '']);
  });

  test('after a host key was refused', async () => {
    await using lab = await sshLab();
    const server = await lab.start();
    const target = lab.home.target({ port: server.port, knownHostsFiles: [`${lab.home.path}/none`] });
    const { said, left } = await scenario(lab, { target, ending: 'dispose' });
    expect([said, left]).toEqual([[expect.stringMatching(/^host-key-unknown /)], '']);
  });

  test('after it was aborted while it connected', async () => {
    await using lab = await sshLab();
    const server = await lab.start({ ignoresRequests: true });
    const target = lab.home.target({ port: server.port });
    const { said, left } = await scenario(lab, { target, ending: 'abort while connecting' });
    expect([said, left]).toEqual([['undefined aborted'], '']);
  });

  test('after a command was aborted', async () => {
    await using lab = await sshLab();
    const server = await lab.start();
    const { said, left } = await scenario(lab, {
      target: lab.home.target({ port: server.port }),
      ending: 'abort',
    });
    expect([said, left]).toEqual([
      ['connected', ' aborted', expect.stringMatching(/^connection-lost /), 'over'],
      '',
    ]);
  });

  test('after the connection broke in the middle of a step', async () => {
    await using lab = await sshLab();
    const server = await lab.start();
    await using proxy = await proxyTo(lab, server);
    const target = lab.home.target({ port: proxy.port });
    const { said, left } = await scenario(lab, { target, ending: 'wait', onConnected: () => proxy.cut() });
    expect(said).toEqual(['connected', expect.stringMatching(LOST), expect.stringMatching(LOST), 'over']);
    expect(left).toBe('');
  });

  test('after the network swallowed everything in the middle of a step, which was noticed by the keepalive', async () => {
    await using lab = await sshLab();
    const server = await lab.start();
    await using proxy = await proxyTo(lab, server);
    const target = lab.home.target({ port: proxy.port });
    const startedAt = performance.now();
    const { said, left } = await scenario(lab, {
      ...{ target, ending: 'wait', onConnected: () => proxy.freeze() },
      options: { keepaliveIntervalMs: 500 },
    });
    const silent = 'connection-lost lost the connection to lb1: it stopped answering';
    expect([said, left]).toEqual([['connected', silent, silent, 'over'], '']);
    // Three unanswered questions, half a second apart; the rest is the start of a process on a busy machine.
    expect(performance.now() - startedAt).toBeLessThan(15_000);
  });

  test('after a host was silent from the start', async () => {
    await using lab = await sshLab();
    const server = await lab.start();
    await using proxy = await proxyTo(lab, server);
    proxy.freeze();
    const target = lab.home.target({ port: proxy.port });
    const { said, left } = await scenario(lab, { target, ending: 'wait', options: { readyTimeoutMs: 500 } });
    expect([said, left]).toEqual([[expect.stringMatching(/^connect-failed .*does not answer/)], '']);
  });

  test('after the local transport has hung up', async () => {
    await using lab = await sshLab();
    const target = lab.home.target({ connection: 'local' });
    expect(await scenario(lab, { target, ending: 'dispose' })).toEqual({
      said: ['connected', 'done', 'done', 'over'],
      left: '',
    });
  });
});

describe.runIf(sudoIsAvailable)('a process that gave a password for sudo has nothing open', () => {
  test.each([
    { case: 'after it has hung up', isRight: true, expected: ['connected', 'done', 'done', 'over'] },
    { case: 'after it was refused', isRight: false, expected: [expect.stringMatching(/^sudo-refused /)] },
  ])('$case', async ({ isRight, expected }) => {
    await using lab = await sshLab();
    using user = LoginUser.create({ sudoers: ['USER ALL=(root) ALL'] });
    const server = await lab.start({ runAs: { uid: user.uid, gid: user.gid } });
    const target = lab.home.target({ port: server.port, user: user.name });
    const password = isRight ? user.password : 'wrong-horse';
    expect(await scenario(lab, { target, ending: 'dispose', password })).toEqual({
      said: expected,
      left: '',
    });
  });
});

describe('the command line has nothing open', () => {
  test.each([
    { case: 'after it has looked at a host', refuses: false },
    { case: 'after a host has refused it', refuses: true },
  ])('$case', async ({ refuses }) => {
    await using lab = await sshLab();
    const server = await lab.start(refuses ? { authorized: [] } : {});
    const inventory = join(lab.home.path, 'inventory.yaml');
    const host = { ansible_host: '127.0.0.1', ansible_port: server.port, ansible_user: 'root' };
    const options = `-o UserKnownHostsFile=${lab.home.knownHosts} -o StrictHostKeyChecking=yes`;
    const vars = {
      control_plane_endpoint: '192.0.2.10:6443',
      ansible_ssh_private_key_file: lab.home.identity,
      ansible_ssh_common_args: options,
    };
    await writeFile(inventory, JSON.stringify({ 'control-plane': { hosts: { cp1: host } }, all: { vars } }));
    const { code, stdout, left } = await ended(lab, ['main.js', 'check', '-i', inventory, '--json']);
    // What it found is another's business: it has been there, or was turned away.
    expect(stdout).toContain(refuses ? 'authentication-failed' : 'gathering facts');
    expect([code, left]).toEqual([refuses ? 12 : expect.any(Number), '']);
    expect(server.connections).toBe(1);
    expect(server.openSockets).toBe(0);
  });
});

interface Scenario {
  readonly target: Target;
  readonly ending: 'dispose' | 'abort' | 'abort while connecting' | 'wait';
  readonly password?: string;
  readonly options?: Readonly<Record<string, number>>;
  readonly onConnected?: () => void;
}

/** What a process said that connected and came to such an ending, and what it had open when it ended by itself. */
async function scenario(
  lab: SshLab,
  { target, ending, password, options = {}, onConnected }: Scenario,
): Promise<{ readonly said: readonly string[]; readonly left: string }> {
  const argument = JSON.stringify({ target, ending, password, options: { home: lab.home.path, ...options } });
  const { stdout, left } = await ended(lab, ['scenario.js', argument], (text) => {
    if (text.includes('connected\n')) onConnected?.();
  });
  return { said: stdout.trim().split('\n'), left };
}

async function ended(
  lab: SshLab,
  [script = '', ...words]: readonly string[],
  onOutput: (soFar: string) => void = () => undefined,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly left: string }> {
  const witness = join(lab.home.path, 'witness');
  const argv = ['--import', join(program.path, 'witness.js'), join(program.path, script), ...words];
  const child = spawn(process.execPath, argv, {
    env: { PATH: process.env['PATH'], HOME: lab.home.path, WITNESS: witness },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Longer than everything that may be waited for, and than a machine is busy.
    timeout: 25_000,
    killSignal: 'SIGKILL',
  });
  let [stdout, stderr] = ['', ''];
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    onOutput(stdout);
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (signal !== null) throw new Error(`it did not end by itself; it said: ${stdout}${stderr}`);
  return { code, stdout, left: await readFile(witness, 'utf8') };
}

async function proxyTo(lab: SshLab, server: Awaited<ReturnType<SshLab['start']>>): Promise<TcpProxy> {
  const proxy = await TcpProxy.to(server.port);
  await lab.home.trust(proxy.port, server.hostKeys[0] ?? expect.fail());
  return proxy;
}

const LOST = /^connection-lost lost the connection to lb1: /;
