import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, utimesSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mutateScript } from '../../../src/domain/command.ts';
import { createLocalTransport } from '../../../src/transport/local.ts';
import { compiledProgram, type CompiledProgram } from '../../support/compiled-program.ts';
import { LoginUser, sudoIsAvailable } from '../../support/login-user.ts';
import { watchProcesses, type Sightings } from '../../support/process-watch.ts';
import { Resources } from '../../support/resources.ts';
import { sshHome } from '../../support/ssh-home.ts';
import { makeEncryptedKey, storeKey } from '../../support/ssh-keys.ts';
import { Sshd, sshdIsAvailable } from '../../support/sshd.ts';
import { testTarget } from '../../support/targets.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { filesWith, formsOf } from '../../support/traces.ts';
import { until } from '../../support/until.ts';

test('a payload shows in no process list and in no environment while its command runs', async () => {
  await using directory = await temporaryDirectory();
  const secret = 'correct-horse-battery-staple';
  const transport = createLocalTransport({ elevate: 'never' });
  await using session = await transport.connect(testTarget({ connection: 'local', knownHostsFiles: [] }));
  const started = `${directory.path}/started`;
  const running = session.mutate([
    { ...mutateScript('touch "$1"; sleep 0.5; cat >/dev/null', started), stdin: Buffer.from(secret) },
  ]);
  await until(() => existsSync(started));
  const { shown } = await watchProcesses(formsOf(secret), running);
  expect((await running)[0]?.exitCode).toBe(0);
  expect(shown).toEqual([]);
});

test('what is looked for would be found: in an argument, in an environment and in a file', async () => {
  await using directory = await temporaryDirectory();
  const [since, secret] = [join(directory.path, 'since'), random('planted')];
  writeFileSync(since, '', { flag: 'w' });
  utimesSync(since, 0, 0);
  writeFileSync(join(directory.path, 'left'), `x${Buffer.from(secret).toString('base64')}x`);
  const inArgument = spawn('sh', ['-c', 'sleep 0.3; :', secret]);
  const inEnvironment = spawn('sleep', ['0.3'], { env: { SECRET: secret } });
  const work = Promise.all([once(inArgument, 'close'), once(inEnvironment, 'close')]);
  const { shown } = await watchProcesses([secret], work);
  expect(shown.toSorted()).toEqual([`sh -c sleep 0.3; : ${secret} `, 'sleep 0.3 ']);
  expect(filesWith(formsOf(secret), since, [directory.path])).toEqual([join(directory.path, 'left')]);
});

const isAvailable = sshdIsAvailable && sudoIsAvailable;

describe.runIf(isAvailable)('what must not be known is known nowhere on both sides', () => {
  let program: CompiledProgram;
  beforeAll(async () => {
    program = await compiledProgram();
    writeFileSync(join(program.path, 'scenario.js'), SCENARIO);
  }, 60_000);
  afterAll(async () => program[Symbol.asyncDispose]());

  test.each([
    { case: 'that is right, after a key with a passphrase', isRight: true, login: 'passphrase' },
    { case: 'that is right, after a password', isRight: true, login: 'password' },
    { case: 'that is wrong, after a password', isRight: false, login: 'password' },
  ] as const)('neither a password for sudo $case', { timeout: 60_000 }, async ({ isRight, login }) => {
    await using host = await hostThatAsks();
    const secrets = {
      [login]: login === 'password' ? host.user.password : host.passphrase,
      become: isRight ? host.user.password : random('wrong'),
      payload: random('payload'),
      large: random('large'),
    };
    const seen = await host.run(program, secrets);
    expect(seen.output).toMatch(isRight ? /root shell: 0\n/ : /sudo-refused .* does not take the password/);
    // It was looked at the right time.
    expect([...seen.commandLines].some((line) => line.startsWith('sudo -k -S'))).toBe(true);
    expect(seen.sshdLog).toContain(`Accepted ${login === 'password' ? 'password' : 'publickey'}`);
    expect(seen.sudoLog).toContain('/bin/sh -c');
    const traces = formsOf(...Object.values(secrets));
    expect(seen.shown).toEqual([]);
    for (const text of [seen.output, seen.sshdLog, seen.sudoLog]) {
      expect(traces.filter((trace) => text.includes(trace))).toEqual([]);
    }
    expect(filesWith(traces, host.since)).toEqual([]);
  });
});

test.skipIf(isAvailable)(
  'secrets are looked for: needs root and apt-get install openssh-server sudo',
  () => undefined,
);

/** Prints all that a program could print of what it was given, and of what went wrong. */
const SCENARIO = `
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { createTransport } from './transport/create.js';
import { Secret } from './domain/secret.js';
import { mutateScript, probe } from './domain/command.js';

const { target, home, secrets } = JSON.parse(readFileSync(0, 'utf8'));
target.become.password = new Secret(secrets.become);
if (secrets.password === undefined) target.identityFiles = [home + '/.ssh/id_encrypted'];
else target.password = new Secret(secrets.password);
const person = { ask: async () => undefined, askSecret: async (question) => (console.log(question), new Secret(secrets.passphrase)) };
const terminal = { converse: (conversation) => conversation(person) };
console.log(inspect(target, { depth: 9, showHidden: true }), JSON.stringify(target), String(target.become.password));
try {
  const session = await createTransport({ home, terminal }).connect(target);
  const [who] = await session.probe([probe('id', '-u')]);
  console.log('root shell: ' + Buffer.from(who.stdout));
  const large = Buffer.from((secrets.large + '\\n').repeat(10_000));
  await session.mutate([
    { ...mutateScript('sleep 0.3; cat >/dev/null'), stdin: Buffer.from(secrets.payload) },
    { ...mutateScript('sleep 0.3; cat >/dev/null'), stdin: large },
  ]);
  console.log(inspect(session, { depth: 9, showHidden: true }));
  await session[Symbol.asyncDispose]();
} catch (error) {
  console.log(error.code + ' ' + error.message, inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error));
}
`;

interface Evidence extends Sightings {
  /** All that our own process printed. */
  readonly output: string;
  readonly sshdLog: string;
  readonly sudoLog: string;
}

interface AskingHost extends AsyncDisposable {
  readonly user: LoginUser;
  /** Of the only key that opens it. */
  readonly passphrase: string;
  /** A file that is as old as the host. */
  readonly since: string;
  run(program: CompiledProgram, secrets: Readonly<Record<string, string>>): Promise<Evidence>;
}

/** A real sshd that logs everything, with a user of whom a real sudo wants a password. */
async function hostThatAsks(): Promise<AskingHost> {
  const resources = new Resources();
  const { path: directory } = resources.use(await temporaryDirectory());
  const since = join(directory, 'since');
  writeFileSync(since, '');
  const home = resources.use(await sshHome());
  const user = LoginUser.create({ sudoers: ['USER ALL=(root) /bin/sh'] });
  const passphrase = random('passphrase');
  const key = makeEncryptedKey(passphrase);
  await storeKey(`${home.path}/.ssh/id_encrypted`, key);
  chmodSync(directory, 0o755);
  const settings = ['LogLevel DEBUG3'];
  const sshd = resources.use(await Sshd.start({ directory, authorized: [key], settings }));
  await home.trust(sshd.port, sshd.hostKeys[0] ?? expect.fail());
  const target = home.target({ port: sshd.port, user: user.name, become: { method: 'sudo' } });
  return {
    user,
    passphrase,
    since,
    async run(program, secrets) {
      const child = spawn(process.execPath, [join(program.path, 'scenario.js')], {
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
      }
      child.stdin.end(JSON.stringify({ target, home: home.path, secrets }));
      const sightings = await watchProcesses(formsOf(...Object.values(secrets)), once(child, 'close'));
      return { ...sightings, output, sshdLog: sshd.log, sudoLog: user.sudoLog.join('\n') };
    },
    async [Symbol.asyncDispose]() {
      await resources[Symbol.asyncDispose]();
      user[Symbol.dispose]();
    },
  };
}

function random(name: string): string {
  return `${name}-${randomBytes(8).toString('hex')}`;
}
