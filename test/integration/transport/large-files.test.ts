import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compiledProgram, type CompiledProgram } from '../../support/compiled-program.ts';
import { sshLab } from '../../support/ssh-lab.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

// In a process of its own: what this one has allocated for other tests says nothing.
let program: CompiledProgram;
beforeAll(async () => {
  program = await compiledProgram();
  await writeFile(join(program.path, 'large.js'), LARGE);
}, 60_000);
afterAll(async () => program[Symbol.asyncDispose]());

const SIZE = 64 * 1024 * 1024;

const LARGE = `
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { openRootShell } from './transport/root-shell.js';
import { createTransport } from './transport/create.js';
import { fileHandler, writeFile } from './resources/file.js';

const { shell, target, home, path } = JSON.parse(process.argv[2]);
async function connect() {
  if (shell === undefined) return createTransport({ home }).connect(target);
  const [program, ...args] = shell;
  const child = spawn(program, args, { stdio: 'pipe', cwd: '/' });
  const ended = new Promise((resolve) => child.on('close', () => resolve('it ended')));
  const channel = { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, ended,
    hangUp: () => child.stdin.end(), destroy: () => child.kill() };
  return openRootShell(channel, { target, elevation: { command: '' }, readyTimeoutMs: 20_000 });
}
const session = await connect();
const content = Buffer.alloc(${SIZE});
for (let at = 0; at < content.length; at += 4) content.writeUInt32LE(Math.imul(at, 2654435761) >>> 0, at);
const sum = (bytes) => createHash('sha256').update(bytes).digest('hex');
const wanted = sum(content);
const before = process.resourceUsage().maxRSS;
const [written] = await session.mutate([writeFile(path, { content, mode: 0o640, owner: 'root', group: 'root' })]);
const afterWrite = process.resourceUsage().maxRSS;
const [read] = await session.probe([fileHandler.probe(path)]);
const found = fileHandler.parse(path, read);
const after = process.resourceUsage().maxRSS;
await session[Symbol.asyncDispose]();
console.log(JSON.stringify({
  exitCode: written.exitCode, stderr: Buffer.from(written.stderr).toString(),
  isSame: sum(found.resource.content) === wanted, length: found.resource.content.length,
  writeMiB: Math.ceil((afterWrite - before) / 1024), bothMiB: Math.ceil((after - before) / 1024),
}));
`;

test.each([
  { shell: ['/usr/bin/dash', '-s'] },
  { shell: ['/usr/bin/bash', '--posix', '-s'] },
  { shell: ['/usr/bin/busybox', 'sh', '-s'] },
  { shell: undefined },
])(
  '64 MiB go to a host and come back without filling the memory: $shell',
  { timeout: 120_000 },
  async ({ shell }) => {
    if (shell !== undefined && !existsSync(shell[0] ?? '')) return;
    await using lab = await sshLab();
    await using directory = await temporaryDirectory();
    const server = await lab.start();
    const path = join(directory.path, 'large');
    const argument = { shell, target: lab.home.target({ port: server.port }), home: lab.home.path, path };
    const child = spawn(process.execPath, [join(program.path, 'large.js'), JSON.stringify(argument)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await once(child, 'close');
    const said = JSON.parse(output) as Readonly<Record<string, unknown>>;
    expect(said).toMatchObject({ exitCode: 0, stderr: '', isSame: true, length: SIZE });
    // Sent piece by piece; what comes back is there once in pieces and once whole.
    expect(said['writeMiB']).toBeLessThan(64);
    expect(said['bothMiB']).toBeLessThan(256);
    expect((await stat(path)).size).toBe(SIZE);
    expect(await readdir(directory.path)).toEqual(['large']);
  },
);
