import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LabHost } from '../../src/lab/host.ts';
import { labDown, labUp, type Lab } from '../../src/lab/lab.ts';
import {
  addresses,
  ask,
  hasSsh,
  hostAt,
  installKeepalived,
  output,
  ssh,
  startKeepalived,
  testContext,
} from './lab-support.ts';

const name = `hosts-${process.pid}`;
let lab: Lab;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'konvoy-ha-lab-test-'));
  const stateDir = join(directory, 'state');
  lab = await labUp({ name, hosts: 3, strangers: 1, suite: 'bookworm', stateDir }, testContext);
});

afterAll(async () => {
  await labDown({ name }, testContext);
  await rm(directory, { recursive: true, force: true });
});

const host = (place: number): LabHost => hostAt(lab, place);

test('every machine runs without a failed unit and goes by its name', async () => {
  for (const machine of [...lab.hosts, ...lab.strangers]) {
    expect(await output(machine, 'systemctl', 'is-system-running')).toBe('running');
    expect(await output(machine, 'hostname')).toBe(machine.name);
  }
  expect(lab.hosts.map((machine) => machine.name)).toEqual(['cp1', 'cp2', 'cp3']);
  expect(lab.strangers.map((machine) => machine.name)).toEqual(['stranger1']);
});

test('the inventory names the hosts and not the stranger', async () => {
  const inventory = await readFile(lab.inventoryPath, 'utf8');
  for (const machine of lab.hosts) expect(inventory).toContain(`ansible_host: ${machine.address}\n`);
  expect(inventory).not.toContain('stranger');
  expect(inventory).toContain(`control_plane_endpoint: "${lab.vip}:6443"`);
});

test('the hosts differ: one has another interface name, one has no curl', async () => {
  expect(await addresses(host(1))).toEqual([`${host(1).address}/24`, `${host(1).address6}/64`]);
  expect(host(2).interfaceName).toBe('ens3');
  expect(await addresses(host(2))).toEqual([`${host(2).address}/24`, `${host(2).address6}/64`]);
  expect((await host(1).exec(['which', 'curl'])).exitCode).toBe(0);
  expect((await host(3).exec(['which', 'curl'])).exitCode).toBe(1);
});

test.skipIf(!hasSsh())('the ssh client gets in with the key and the known hosts alone', async () => {
  for (const machine of lab.hosts) expect(await ssh(lab, 'operator', machine, 'hostname')).toBe(machine.name);
  expect(await ssh(lab, 'root', host(1), 'id', '-un')).toBe('root');
  await expect(ssh(lab, 'nobody', host(1), 'true')).resolves.toContain('Permission denied');
});

test.skipIf(!hasSsh())(
  'sudo asks nothing of one user, a password of another, and refuses the third',
  async () => {
    expect(await ssh(lab, 'operator', host(1), 'sudo', '-n', 'id', '-un')).toBe('root');
    expect(await ssh(lab, 'asksudo', host(1), 'sudo', '-n', 'true')).toBe('sudo: a password is required');
    expect(await ssh(lab, 'asksudo', host(1), 'echo lab-password | sudo -S -p "" id -un')).toBe('root');
    expect(await ssh(lab, 'nosudo', host(1), 'sudo', '-n', 'true')).toBe('sudo: a password is required');
  },
);

test.each([
  ['unready', '500 [-]shutdown failed: reason withheld', '200 ok'],
  ['sick', '500 [-]etcd failed: reason withheld', '500 [-]etcd failed: reason withheld'],
  ['hang', 'silent', 'silent'],
  ['frozen', 'silent', 'silent'],
  ['auth', '401 Unauthorized', '401 Unauthorized'],
  ['stopped', 'ECONNREFUSED', 'ECONNREFUSED'],
  ['ok', '200 ok', '200 ok'],
] as const)(
  'an api server in mode %s answers as documented, and can be mended',
  async (mode, ready, live) => {
    await host(1).api(mode);
    expect(await ask(lab, host(1).address, '/readyz')).toBe(ready);
    expect(await ask(lab, host(1).address, '/livez')).toBe(live);
    await host(1).api('ok');
    expect(await ask(lab, host(1).address, '/readyz')).toBe('200 ok');
  },
);

test('the api server answers on both families and says which host it is on', async () => {
  expect(await ask(lab, host(2).address, '/whoami')).toBe('200 cp2');
  expect(await ask(lab, host(2).address6, '/whoami')).toBe('200 cp2');
  expect(await ask(lab, host(2).address, '/api/v1/nodes')).toBe(
    '404 the lab stands in for the health endpoints only',
  );
});

test.each<[string, (machine: LabHost) => Promise<void>, (machine: LabHost) => Promise<void>]>([
  ['frozen', (machine) => machine.pause(), (machine) => machine.unpause()],
  ['shut down', (machine) => machine.stop(), (machine) => machine.start()],
  ['without power', (machine) => machine.kill(), (machine) => machine.start()],
])('a host that is %s is silent, and the same host afterwards', async (_name, down, up) => {
  const before = [await addresses(host(2)), await output(host(2), 'cat', '/etc/machine-id')];
  await down(host(2));
  try {
    expect(await ask(lab, host(2).address, '/readyz')).toMatch(/^(silent|EHOSTUNREACH)$/);
  } finally {
    await up(host(2));
  }
  expect([await addresses(host(2)), await output(host(2), 'cat', '/etc/machine-id')]).toEqual(before);
  expect(await ask(lab, host(2).address, '/whoami')).toBe('200 cp2');
});

test('a host that reboots loses what is in memory and keeps its files, its name and its addresses', async () => {
  await host(2).exec(['touch', '/run/in-memory', '/var/lib/on-disk']);
  await host(2).reboot();
  expect(await output(host(2), 'systemctl', 'is-system-running')).toBe('running');
  expect((await host(2).exec(['test', '-e', '/run/in-memory'])).exitCode).toBe(1);
  expect((await host(2).exec(['test', '-e', '/var/lib/on-disk'])).exitCode).toBe(0);
  expect(await addresses(host(2))).toEqual([`${host(2).address}/24`, `${host(2).address6}/64`]);
});

test.skipIf(!hasSsh())('a host that is cut off reaches nobody and is reached by ssh alone', async () => {
  const reaches = async (from: LabHost, address: string): Promise<boolean> =>
    (await from.exec(['ping', '-c1', '-W2', address])).exitCode === 0;
  await host(3).partition();
  expect(await reaches(host(3), host(1).address)).toBe(false);
  expect(await reaches(host(1), host(3).address)).toBe(false);
  expect(await reaches(host(1), host(3).address6)).toBe(false);
  expect(await reaches(host(1), host(2).address)).toBe(true);
  expect(await ask(lab, host(3).address, '/readyz')).toBe('silent');
  expect(await ssh(lab, 'operator', host(3), 'hostname')).toBe('cp3');
  await host(3).heal();
  await expect.poll(() => reaches(host(1), host(3).address), { timeout: 30_000 }).toBe(true);
  expect(await ask(lab, host(3).address, '/whoami')).toBe('200 cp3');
});

test('a command gets its input and gives back its exit code and both outputs', async () => {
  const result = await host(1).exec(['sh', '-c', 'cat; echo problem >&2; exit 7'], { stdin: 'input\n' });
  expect(result).toEqual({ exitCode: 7, stdout: 'input\n', stderr: 'problem\n' });
});

test('the settings of the network are the host’s own to change, and nothing else of the kernel’s', async () => {
  expect(await output(host(1), 'sysctl', '-w', 'net.ipv4.ip_nonlocal_bind=1')).toBe(
    'net.ipv4.ip_nonlocal_bind = 1',
  );
  expect(await output(host(2), 'sysctl', '-n', 'net.ipv4.ip_nonlocal_bind')).toBe('0');
  expect((await host(1).exec(['sysctl', '-w', 'kernel.sysrq=0'])).exitCode).not.toBe(0);
});

test('keepalived installs without a network beyond the lab, and multicast makes one of two hosts active', async () => {
  const pair = [host(1), host(2)];
  await Promise.all(pair.map(installKeepalived));
  const owns = async (machine: LabHost): Promise<boolean> =>
    (await output(machine, 'ip', '-brief', 'address', 'show')).includes(`${lab.vip}/32`);
  await startKeepalived(host(1), lab.vip, 100);
  await expect.poll(() => owns(host(1)), { timeout: 30_000 }).toBe(true);
  await startKeepalived(host(2), lab.vip, 200);
  // It yields to an advertisement that it has heard, or not at all.
  await expect.poll(() => owns(host(1)), { timeout: 30_000 }).toBe(false);
  await expect.poll(() => owns(host(2)), { timeout: 30_000 }).toBe(true);
  expect(await ask(lab, lab.vip, '/whoami')).toBe('200 cp2');
});
