import { stat, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { refusalOf } from '../../support/refusal-of.ts';
import { makeKey } from '../../support/ssh-keys.ts';
import { publicWords, sshHome } from '../../support/ssh-home.ts';
import { SshServer } from '../../support/ssh-server.ts';

test('a host that shows another key than before is refused before any attempt to log in', async () => {
  await using home = await sshHome();
  await using server = await SshServer.start({ authorized: [home.key] });
  await home.trust(server.port, makeKey());
  const error = await refusalOf(home.transport().connect(home.target({ port: server.port })));
  expect(error.code).toBe('host-key-changed');
  expect(error.message).toMatch(
    /^lb1: \[127\.0\.0\.1\]:\d+ shows ED25519 key SHA256:\S{43}, but .*known_hosts:1 knows it by ED25519 key SHA256:\S{43}$/,
  );
  expect(server.authAttempts).toEqual([]);
});

test('a changed key is refused also where new hosts are accepted', async () => {
  await using home = await sshHome();
  await using server = await SshServer.start({ authorized: [home.key] });
  await home.trust(server.port, makeKey());
  const before = await home.readKnownHosts();
  const target = home.target({ port: server.port, strictHostKeyChecking: 'accept-new' });
  expect((await refusalOf(home.transport().connect(target))).code).toBe('host-key-changed');
  expect(await home.readKnownHosts()).toBe(before);
  expect(server.authAttempts).toEqual([]);
});

test('a host nobody knows is refused with its fingerprint and the way forward', async () => {
  await using home = await sshHome();
  await using server = await SshServer.start({ authorized: [home.key] });
  const error = await refusalOf(home.transport().connect(home.target({ port: server.port, user: 'ops' })));
  expect(error.code).toBe('host-key-unknown');
  expect(error.message).toMatch(
    /^lb1: the ED25519 key SHA256:\S{43} of \[127\.0\.0\.1\]:\d+ is not in .*known_hosts$/,
  );
  expect(error.hints[0]).toContain(`ssh -p ${server.port} ops@127.0.0.1`);
  expect(error.hints[1]).toContain('StrictHostKeyChecking=accept-new');
  expect(server.authAttempts).toEqual([]);
});

test('a host accepted as new is remembered, once, and known from then on', async () => {
  await using home = await sshHome();
  await using server = await SshServer.start({ authorized: [home.key] });
  const knownHosts = `${home.path}/new/dir/known_hosts`;
  const transport = home.transport();
  const target = home.target({
    port: server.port,
    strictHostKeyChecking: 'accept-new',
    knownHostsFiles: [knownHosts],
  });
  const sessions = await Promise.all([1, 2, 3].map(() => transport.connect(target)));
  for (const session of sessions) await session[Symbol.asyncDispose]();
  await using again = await home.transport().connect({ ...target, strictHostKeyChecking: 'yes' });
  expect(again.host).toBe('lb1');
  const [hostKey] = server.hostKeys;
  const lines = (await import('node:fs')).readFileSync(knownHosts, 'utf8');
  expect(lines).toBe(`[127.0.0.1]:${server.port} ${publicWords(hostKey ?? expect.fail())}\n`);
  expect((await stat(knownHosts)).mode & 0o777).toBe(0o600);
  expect((await stat(`${home.path}/new/dir`)).mode & 0o777).toBe(0o700);
});

test('a new host is written below what is there, also when the last line was not ended', async () => {
  await using home = await sshHome();
  await using server = await SshServer.start({ authorized: [home.key] });
  await writeFile(home.knownHosts, '# mine');
  const target = home.target({ port: server.port, strictHostKeyChecking: 'accept-new' });
  const session = await home.transport().connect(target);
  await session[Symbol.asyncDispose]();
  expect((await home.readKnownHosts()).split('\n')).toEqual([
    '# mine',
    expect.stringContaining('ssh-ed25519'),
    '',
  ]);
});

test('/dev/null as known_hosts remembers nothing and is no failure', async () => {
  await using home = await sshHome();
  await using server = await SshServer.start({ authorized: [home.key] });
  const target = home.target({
    port: server.port,
    strictHostKeyChecking: 'accept-new',
    knownHostsFiles: ['/dev/null'],
  });
  await using session = await home.transport().connect(target);
  expect(session.host).toBe('lb1');
});

test('a new key that cannot be stored is a failure, for the next run would not know it', async () => {
  await using home = await sshHome();
  await using server = await SshServer.start({ authorized: [home.key] });
  const target = home.target({
    port: server.port,
    strictHostKeyChecking: 'accept-new',
    knownHostsFiles: [`${home.knownHosts}/in-a-file/known_hosts`],
  });
  await writeFile(home.knownHosts, '');
  const error = await refusalOf(home.transport().connect(target));
  expect(error.message).toContain('cannot remember its host key');
});

test('a host known by its ECDSA key alone is asked for that one, though it has an Ed25519 key too', async () => {
  await using home = await sshHome();
  const ecdsa = makeKey('ecdsa');
  await using server = await SshServer.start({ authorized: [home.key], hostKeys: [makeKey(), ecdsa] });
  await home.trust(server.port, ecdsa);
  await using session = await home.transport().connect(home.target({ port: server.port }));
  expect(session.host).toBe('lb1');
});

test('a host known by another type of key than it has is refused, even where new hosts are accepted', async () => {
  await using home = await sshHome();
  await using server = await SshServer.start({ authorized: [home.key] });
  await home.trust(server.port, makeKey('ecdsa'));
  const target = home.target({ port: server.port, strictHostKeyChecking: 'accept-new' });
  expect((await refusalOf(home.transport().connect(target))).code).toBe('host-key-changed');
  expect(server.authAttempts).toEqual([]);
});

test('a revoked key is refused', async () => {
  await using home = await sshHome();
  await using server = await SshServer.start({ authorized: [home.key] });
  const [hostKey] = server.hostKeys;
  const words = publicWords(hostKey ?? expect.fail());
  await writeFile(home.knownHosts, `* ${words}\n@revoked * ${words}\n`);
  const error = await refusalOf(home.transport().connect(home.target({ port: server.port })));
  expect(error.message).toMatch(/is revoked by .*known_hosts:2$/);
  expect(server.authAttempts).toEqual([]);
});

test('a line of a certificate authority does not make its bare key known', async () => {
  await using home = await sshHome();
  await using server = await SshServer.start({ authorized: [home.key] });
  const [hostKey] = server.hostKeys;
  await writeFile(home.knownHosts, `@cert-authority * ${publicWords(hostKey ?? expect.fail())}\n`);
  const error = await refusalOf(home.transport().connect(home.target({ port: server.port })));
  expect(error.code).toBe('host-key-unknown');
});
