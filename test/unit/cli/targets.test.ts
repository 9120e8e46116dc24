import { expect, test } from 'vitest';
import { readLoginOptions, withLoginOptions, type LoginOptions } from '../../../src/cli/targets.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { Target } from '../../../src/domain/target.ts';
import { konvoyHa } from '../../support/cli.ts';
import { testTarget } from '../../support/targets.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { writeFile } from 'node:fs/promises';

const nothing: LoginOptions = { acceptNewHostKeys: false };

function target(properties: Partial<Omit<Target, 'host' | 'user'>> = {}): Target {
  return testTarget({ knownHostsFiles: [], strictHostKeyChecking: 'ask', ...properties });
}

test('without options a target is what the inventory says', () => {
  const jump = target({ address: '192.0.2.1' });
  expect(withLoginOptions(target({ jump }), nothing)).toEqual(target({ jump }));
});

test.each([
  ['ask', 'accept-new'],
  ['accept-new', 'accept-new'],
  // Whoever wrote "yes" into the inventory meant it.
  ['yes', 'yes'],
] as const)('--accept-new-host-keys makes of %s: %s, on the way to a host too', (said, done) => {
  const jump = target({ strictHostKeyChecking: said });
  const changed = withLoginOptions(target({ jump, strictHostKeyChecking: said }), {
    acceptNewHostKeys: true,
  });
  expect([changed.strictHostKeyChecking, changed.jump?.strictHostKeyChecking]).toEqual([done, done]);
});

test('a key and a password go to the hosts that have none, and to no bastion', () => {
  const options: LoginOptions = { ...nothing, privateKey: '/key', password: new Secret('asked') };
  const plain = withLoginOptions(target({ jump: target() }), options);
  expect([plain.identityFiles, plain.password?.reveal()]).toEqual([['/key'], 'asked']);
  expect([plain.jump?.identityFiles, plain.jump?.password]).toEqual([[], undefined]);
  const own = target({ identityFiles: ['/own'], password: new Secret('own') });
  const kept = withLoginOptions(own, options);
  expect([kept.identityFiles, kept.password?.reveal()]).toEqual([['/own'], 'own']);
});

test('a password for sudo goes to the hosts that have none, and to no bastion', () => {
  const options: LoginOptions = { ...nothing, becomePassword: new Secret('asked') };
  const plain = withLoginOptions(target({ jump: target() }), options);
  expect(plain.become).toEqual({ method: 'sudo', password: new Secret('asked') });
  expect(plain.become.password?.reveal()).toBe('asked');
  expect(plain.jump?.become).toEqual({ method: 'sudo' });
  const own = target({ become: { method: 'sudo', password: new Secret('own') } });
  expect(withLoginOptions(own, options).become.password?.reveal()).toBe('own');
});

const flags = {
  ...{ inventory: [], forks: 1, json: false, verbose: 0, color: false },
  ...{ askPass: true, askBecomePass: false, acceptNewHostKeys: false },
};

test('--ask-pass asks once, hidden', async () => {
  const questions: string[] = [];
  const login = await readLoginOptions(flags, {
    converse: (conversation) =>
      conversation({
        ask: () => expect.fail('it would show'),
        askSecret: async (question) => {
          questions.push(question);
          return Promise.resolve(new Secret('correct horse'));
        },
      }),
  });
  expect(login.password?.reveal()).toBe('correct horse');
  expect(questions).toEqual(['SSH password: ']);
});

test.each([
  { typed: ['login', 'root'], passwords: ['login', 'root'] },
  // As with ansible: an empty answer means the password that was just given.
  { typed: ['login', ''], passwords: ['login', 'login'] },
])('--ask-pass and --ask-become-pass ask one after the other: $typed', async ({ typed, passwords }) => {
  const questions: string[] = [];
  const answers = [...typed];
  const login = await readLoginOptions(
    { ...flags, askBecomePass: true },
    {
      converse: (conversation) =>
        conversation({
          ask: () => expect.fail('it would show'),
          askSecret: async (question) => {
            questions.push(question);
            return Promise.resolve(new Secret(answers.shift() ?? expect.fail()));
          },
        }),
    },
  );
  expect([login.password?.reveal(), login.becomePassword?.reveal()]).toEqual(passwords);
  expect(questions).toEqual(['SSH password: ', 'sudo password (empty: as to log in): ']);
});

test.each([undefined, ''])('no answer (%j) is no password', async (typed) => {
  const askSecret = async () => Promise.resolve(typed === undefined ? undefined : new Secret(typed));
  const terminal = {
    converse: async <T>(talk: (person: never) => Promise<T>) => talk({ askSecret } as never),
  };
  await expect(readLoginOptions(flags, terminal)).rejects.toMatchObject({ code: 'usage' });
});

test.each([
  ['-k', '--ask-pass', 'log in with a key'],
  ['-K', '--ask-become-pass', 'put ansible_become_password into the inventory'],
])('%s without a terminal is a usage error that says what to do instead', async (flag, option, hint) => {
  await using directory = await temporaryDirectory();
  await writeFile(
    `${directory.path}/inventory.yaml`,
    'all: {vars: {control_plane_endpoint: 192.0.2.10:6443}}\ncontrol-plane: {hosts: {192.0.2.11: }}\n',
  );
  const result = await konvoyHa(['check', flag], { cwd: directory.path });
  expect(result.code).toBe(10);
  expect(result.stderr).toContain(`error: ${option}: there is no terminal to ask on`);
  expect(result.stderr).toContain(`hint: ${hint}`);
});
