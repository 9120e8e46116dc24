import { expect, test } from 'vitest';
import { fingerprintOf } from '../../../src/transport/public-key.ts';
import { refusalOf } from '../../support/refusal-of.ts';
import { ScriptedPerson } from '../../support/scripted-person.ts';
import { makeKey, type TestKey } from '../../support/ssh-keys.ts';
import { publicWords, sshHome, type SshHome } from '../../support/ssh-home.ts';
import { SshServer } from '../../support/ssh-server.ts';

test('the user is shown what ssh shows, and a host that is trusted is remembered', async () => {
  await using home = await sshHome();
  await using server = await SshServer.start({ authorized: [home.key] });
  const person = new ScriptedPerson('yes');
  await using session = await home.transport({ terminal: person }).connect(target(home, server));
  expect(session.host).toBe('lb1');
  expect(person.asked).toEqual([
    {
      isSecret: false,
      question: [
        `The authenticity of host '[127.0.0.1]:${server.port} ([127.0.0.1]:${server.port})' can't be established.`,
        `ED25519 key fingerprint is ${printOf(server.hostKeys[0])}.`,
        'This key is not known by any other names.',
        'Are you sure you want to continue connecting (yes/no/[fingerprint])? ',
      ].join('\n'),
    },
  ]);
  expect(await home.readKnownHosts()).toBe(`[127.0.0.1]:${server.port} ${publicWords(firstKey(server))}\n`);
});

test('the address is the one that was connected to, when the inventory has a name', async () => {
  await using home = await sshHome();
  await using server = await SshServer.start({ authorized: [home.key] });
  const person = new ScriptedPerson('no');
  const named = { ...target(home, server), address: 'localhost' };
  await refusalOf(home.transport({ terminal: person }).connect(named));
  expect(person.questions[0]).toContain(
    `host '[localhost]:${server.port} ([127.0.0.1]:${server.port})' can't`,
  );
});

test.each([
  { answers: (print: string) => [print], trusted: true },
  { answers: (print: string) => [` ${print} `], trusted: true },
  { answers: () => ['YES'], trusted: true },
  { answers: () => ['y', 'maybe', 'yes'], trusted: true },
  { answers: (print: string) => [print.toLowerCase(), 'no'], trusted: false },
  { answers: () => ['no'], trusted: false },
  { answers: () => [''], trusted: false },
  { answers: () => [undefined], trusted: false },
  { answers: () => ['what?', undefined], trusted: false },
])('answers $answers mean trusted: $trusted', async ({ answers, trusted }) => {
  await using home = await sshHome();
  await using server = await SshServer.start({ authorized: [home.key] });
  const said = answers(printOf(server.hostKeys[0]));
  const person = new ScriptedPerson(...said);
  const connecting = home.transport({ terminal: person }).connect(target(home, server));
  if (trusted) await (await connecting)[Symbol.asyncDispose]();
  else
    expect((await refusalOf(connecting)).message).toMatch(/^lb1: you did not trust the ED25519 key SHA256:/);
  expect(person.questions.slice(1)).toEqual(
    said.slice(1).map(() => "Please type 'yes', 'no' or the fingerprint: "),
  );
  if (!trusted) expect(server.authAttempts).toEqual([]);
});

test('a host is asked about once in a run, however many connections it takes', async () => {
  await using home = await sshHome();
  await using server = await SshServer.start({ authorized: [home.key] });
  const person = new ScriptedPerson('yes');
  const transport = home.transport({ terminal: person });
  const sessions = await Promise.all([1, 2, 3].map(() => transport.connect(target(home, server))));
  for (const session of sessions) await session[Symbol.asyncDispose]();
  expect(person.asked).toHaveLength(1);
  expect((await home.readKnownHosts()).trim().split('\n')).toHaveLength(1);
});

test('a host that was not trusted is not asked about again', async () => {
  await using home = await sshHome();
  await using server = await SshServer.start({ authorized: [home.key] });
  const person = new ScriptedPerson('no');
  const transport = home.transport({ terminal: person });
  await refusalOf(transport.connect(target(home, server)));
  await refusalOf(transport.connect(target(home, server)));
  expect(person.asked).toHaveLength(1);
});

test('of several new hosts one is asked about after the other, and each answer is for its host', async () => {
  await using home = await sshHome();
  const start = () => SshServer.start({ authorized: [home.key] });
  await using one = await start();
  await using two = await start();
  const person = new ScriptedPerson('huh?', 'yes', 'no');
  const transport = home.transport({ terminal: person });
  const outcomes = await Promise.allSettled(
    [one, two].map((server) => transport.connect(target(home, server))),
  );
  const kinds = person.questions.map((question) => question.split(' ')[0]);
  expect(kinds).toEqual(['The', 'Please', 'The']);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  for (const outcome of outcomes)
    if (outcome.status === 'fulfilled') await outcome.value[Symbol.asyncDispose]();
});

test('the user may take longer than the host would wait for a login', async () => {
  await using home = await sshHome();
  await using server = await SshServer.start({ authorized: [home.key] });
  const slow = new ScriptedPerson('yes');
  const transport = home.transport({
    readyTimeoutMs: 1_000,
    terminal: {
      converse: (conversation) =>
        slow.converse(async (person) => {
          // Meanwhile nothing is connected that could be cut off.
          await new Promise((resolve) => setTimeout(resolve, 1_500));
          expect(server.openSockets).toBe(0);
          return conversation(person);
        }),
    },
  });
  await using session = await transport.connect(target(home, server));
  expect(session.host).toBe('lb1');
});

test('a host that shows yet another key after it was trusted is asked about anew', async () => {
  await using home = await sshHome();
  await using first = await SshServer.start({ authorized: [home.key] });
  const { port } = first;
  let second: SshServer | undefined;
  const person = new ScriptedPerson('yes', 'no');
  const transport = home.transport({
    terminal: {
      converse: (conversation) =>
        person.converse(async (someone) => {
          const answer = await conversation(someone);
          if (second === undefined) {
            await first[Symbol.asyncDispose]();
            second = await SshServer.start({ authorized: [home.key], port });
          }
          return answer;
        }),
    },
  });
  const error = await refusalOf(transport.connect(target(home, first)));
  expect(error.message).toContain('you did not trust');
  expect(person.asked).toHaveLength(2);
  expect(second?.authAttempts).toEqual([]);
  await second?.[Symbol.asyncDispose]();
});

test('other names of the same key are told, hashed ones as such', async () => {
  await using home = await sshHome();
  await using server = await SshServer.start({ authorized: [home.key] });
  const words = publicWords(firstKey(server));
  const names = ['lb9,192.0.2.9', '|1|C24HvBw+yLmDDn77HgkI6ccfnm4=|dazqsHahnj2GD8moB1lERWf3VXE='];
  await home.writeKnownHosts(
    [...names, ...Array.from({ length: 9 }, (_, n) => `n${n}`)].map((name) => `${name} ${words}\n`).join(''),
  );
  const person = new ScriptedPerson('no');
  await refusalOf(home.transport({ terminal: person }).connect(target(home, server)));
  expect(person.questions[0]?.split('\n').slice(2, 6)).toEqual([
    'This host key is known by the following other names/addresses:',
    `    ${home.knownHosts}:1: lb9,192.0.2.9`,
    `    ${home.knownHosts}:2: [hashed name]`,
    `    ${home.knownHosts}:3: n0`,
  ]);
  expect(person.questions[0]).toContain('\n    (3 additional names omitted)\n');
});

test('a key that was trusted is remembered though the login is refused', async () => {
  await using home = await sshHome();
  await using server = await SshServer.start({ authorized: [] });
  const person = new ScriptedPerson('yes');
  const error = await refusalOf(home.transport({ terminal: person }).connect(target(home, server)));
  expect(error.code).toBe('authentication-failed');
  expect(await home.readKnownHosts()).toContain(publicWords(firstKey(server)));
});

test.each(['changed', 'revoked'] as const)('a %s key is never asked about', async (what) => {
  await using home = await sshHome();
  await using server = await SshServer.start({ authorized: [home.key] });
  if (what === 'changed') await home.trust(server.port, makeKey());
  else await home.writeKnownHosts(`@revoked * ${publicWords(firstKey(server))}\n`);
  const person = new ScriptedPerson();
  const error = await refusalOf(home.transport({ terminal: person }).connect(target(home, server)));
  expect(error.code).toBe('host-key-changed');
  expect([person.asked, server.authAttempts]).toEqual([[], []]);
});

test('nobody is asked where the inventory says yes to strict checking', async () => {
  await using home = await sshHome();
  await using server = await SshServer.start({ authorized: [home.key] });
  const person = new ScriptedPerson();
  const strict = { ...target(home, server), strictHostKeyChecking: 'yes' as const };
  const error = await refusalOf(home.transport({ terminal: person }).connect(strict));
  expect(error.code).toBe('host-key-unknown');
  expect(error.hints.join('\n')).not.toContain('--accept-new-host-keys');
  expect(person.asked).toEqual([]);
});

test('without a terminal the user hears what to do, and that is not ssh-keyscan', async () => {
  await using home = await sshHome();
  await using server = await SshServer.start({ authorized: [home.key] });
  const error = await refusalOf(home.transport().connect(target(home, server)));
  expect(error.code).toBe('host-key-unknown');
  expect(error.hints).toEqual([
    `run once: ssh -p ${server.port} root@127.0.0.1, and compare the fingerprint with the one on the host's console (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub)`,
    'or trust new hosts at first sight: --accept-new-host-keys, or ansible_ssh_common_args: -o StrictHostKeyChecking=accept-new',
  ]);
  expect(server.authAttempts).toEqual([]);
});

function target(home: SshHome, { port }: SshServer) {
  return home.target({ port, strictHostKeyChecking: 'ask' });
}

function firstKey(server: SshServer): TestKey {
  return server.hostKeys[0] ?? expect.fail();
}

function printOf(key: TestKey | undefined): string {
  return key === undefined ? '' : fingerprintOf(key.parsed.getPublicSSH());
}
