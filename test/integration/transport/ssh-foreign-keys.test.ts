import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { NeedsOpenssh } from '../../../src/transport/ssh/needs-openssh.ts';
import { refusalOf } from '../../support/refusal-of.ts';
import { RealAgent } from '../../support/real-agent.ts';
import { makeKey, storeKey } from '../../support/ssh-keys.ts';
import { sshHome, type SshHome } from '../../support/ssh-home.ts';
import { sshLab } from '../../support/ssh-lab.ts';

test("a certificate beside a named key is for the system's ssh", async () => {
  await using lab = await sshLab();
  const server = await lab.start();
  await certify(lab.home, lab.home.identity);
  const error = await refusalOf(lab.home.transport().connect(lab.home.target({ port: server.port })));
  expect(error).toBeInstanceOf(NeedsOpenssh);
  expect(error.message).toBe(`lb1: ssh2 cannot use the certificate ${lab.home.identity}-cert.pub`);
  expect(server.connections).toBe(0);
});

test('where ssh2 is wanted a certificate is left out, with a word, and the key offered alone', async () => {
  await using lab = await sshLab();
  const server = await lab.start();
  await certify(lab.home, lab.home.identity);
  const notes: string[] = [];
  const transport = lab.home.transport({ note: (host, text) => void notes.push(`${host}: ${text}`) });
  await using session = await transport.connect(lab.home.target({ port: server.port, client: 'ssh2' }));
  expect(session.host).toBe('lb1');
  expect(notes).toEqual([
    `lb1: the certificate ${lab.home.identity}-cert.pub is left out: ssh2 cannot use it`,
  ]);
});

test.each([
  ['auto', `lb1: ssh2 cannot use the FIDO key FILE`],
  ['ssh2', `lb1: the private key FILE is held by a FIDO device, which ssh2 cannot use`],
] as const)('a named FIDO key ends with words for client %s', async (client, says) => {
  await using home = await sshHome();
  const file = `${home.path}/.ssh/id_sk`;
  await writeFile(file, `sk-ssh-ed25519@openssh.com ${fidoBlob()} desk\n`, { mode: 0o600 });
  const error = await refusalOf(
    home.transport().connect(home.target({ port: 1, client, identityFiles: [file] })),
  );
  expect(error.message).toBe(says.replace('FILE', file));
  expect(error.hints.join('\n')).toContain('--transport openssh');
});

test('an agent with a certificate: the key is offered by ssh2, the certificate by the system', async () => {
  await using lab = await sshLab();
  const server = await lab.start();
  await certify(lab.home, lab.home.identity);
  await using agent = await RealAgent.start(lab.home.path);
  agent.add(lab.home.identity);
  const target = lab.home.target({ port: server.port, identityFiles: [] });
  const notes: string[] = [];
  const transport = lab.home.transport({
    agentSocket: agent.socket,
    note: (_host, text) => void notes.push(text),
  });
  expect(await refusalOf(transport.connect(target))).toBeInstanceOf(NeedsOpenssh);
  await using session = await transport.connect({ ...target, client: 'ssh2' });
  expect(session.host).toBe('lb1');
  expect(notes).toEqual([
    expect.stringMatching(/^the ssh-ed25519-cert-v01@openssh.com \S+ of the agent is left out/),
  ]);
});

test('a certificate in the agent does not matter to whoever names a key', async () => {
  await using lab = await sshLab();
  const server = await lab.start();
  const other = await storeKey(`${lab.home.path}/other`, makeKey());
  await certify(lab.home, other);
  await using agent = await RealAgent.start(lab.home.path);
  agent.add(other);
  const transport = lab.home.transport({ agentSocket: agent.socket });
  await using session = await transport.connect(lab.home.target({ port: server.port }));
  expect(session.host).toBe('lb1');
});

test('ten keys in an agent are offered one by one, in its order', async () => {
  await using lab = await sshLab();
  const server = await lab.start();
  await using agent = await RealAgent.start(lab.home.path);
  const files = await Promise.all(
    Array.from({ length: 9 }, (_, n) => storeKey(`${lab.home.path}/other${n}`, makeKey())),
  );
  agent.add(...files, lab.home.identity);
  const transport = lab.home.transport({ agentSocket: agent.socket });
  await using session = await transport.connect(lab.home.target({ port: server.port, identityFiles: [] }));
  expect(session.host).toBe('lb1');
  expect(server.authAttempts).toHaveLength(10);
});

test.each([
  ['is no socket', async (path: string) => writeFile(path, '')],
  ['is not there', async () => Promise.resolve()],
])('an agent whose SSH_AUTH_SOCK %s is as good as none', async (_what, prepare) => {
  await using lab = await sshLab();
  const server = await lab.start();
  const socket = `${lab.home.path}/agent.sock`;
  await prepare(socket);
  await storeKey(`${lab.home.path}/.ssh/id_ed25519`, lab.home.key);
  const transport = lab.home.transport({ agentSocket: socket });
  await using session = await transport.connect(lab.home.target({ port: server.port, identityFiles: [] }));
  expect(session.host).toBe('lb1');
});

test('an agent that hangs up is as good as none', async () => {
  await using lab = await sshLab();
  const server = await lab.start();
  const socket = `${lab.home.path}/agent.sock`;
  const agent = createServer((connection) => connection.end(Buffer.from([0, 0, 0, 9, 12]))).listen(socket);
  await once(agent, 'listening');
  try {
    await storeKey(`${lab.home.path}/.ssh/id_ed25519`, lab.home.key);
    const transport = lab.home.transport({ agentSocket: socket });
    await using session = await transport.connect(lab.home.target({ port: server.port, identityFiles: [] }));
    expect(session.host).toBe('lb1');
  } finally {
    agent.close();
  }
});

async function certify(home: SshHome, file: string): Promise<void> {
  const authority = await storeKey(`${home.path}/authority`, makeKey());
  execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'test', '-n', 'root', `${file}.pub`]);
}

function fidoBlob(): string {
  const strings = ['sk-ssh-ed25519@openssh.com', Buffer.alloc(32, 7), 'ssh:'];
  return Buffer.concat(
    strings.flatMap((text) => [Buffer.from([0, 0, 0, text.length]), Buffer.from(text)]),
  ).toString('base64');
}
