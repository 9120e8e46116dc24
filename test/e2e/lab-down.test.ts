import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { suites } from '../../src/lab/context.ts';
import { labDown, labOpen, labUp, type Lab } from '../../src/lab/lab.ts';
import { addresses, ask, hostAt, installKeepalived, output, remains, testContext } from './lab-support.ts';

const name = `kept-${process.pid}`;
let lab: Lab;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'konvoy-ha-lab-test-'));
  const stateDir = join(directory, 'state');
  lab = await labUp({ name, hosts: 2, strangers: 1, suite: 'bookworm', stateDir }, testContext);
});

afterAll(async () => {
  await labDown({ name }, testContext);
  await rm(directory, { recursive: true, force: true });
});

test('whoever knows the name of a lab finds it again', async () => {
  const found = await labOpen(name, testContext);
  expect(found).toMatchObject({
    name,
    suite: 'bookworm',
    vip: lab.vip,
    subnet6: lab.subnet6,
    inventoryPath: lab.inventoryPath,
  });
  expect(found?.hosts.map((machine) => machine.address)).toEqual(lab.hosts.map((machine) => machine.address));
  expect(found?.strangers).toHaveLength(1);
  expect(await labOpen(`${name}-not`, testContext)).toBeUndefined();
});

test('a lab that is up is not brought up again', async () => {
  const stateDir = join(directory, 'again');
  await expect(labUp({ name, hosts: 1, suite: 'bookworm', stateDir }, testContext)).rejects.toMatchObject({
    code: 'lab-unavailable',
    message: `lab ${name} is up already`,
  });
  expect(await output(hostAt(lab, 1), 'hostname')).toBe('cp1');
});

test('a lab takes no directory with files in it, and no other lab’s, and leaves both as they were', async () => {
  const full = join(directory, 'full');
  await mkdir(full);
  await writeFile(join(full, 'letter'), 'dear reader\n');
  for (const stateDir of [full, lab.stateDir]) {
    const options = { name: `${name}-full`, hosts: 1, suite: 'bookworm', stateDir } as const;
    await expect(labUp(options, testContext)).rejects.toThrow('is not empty');
  }
  expect(await readFile(join(full, 'letter'), 'utf8')).toBe('dear reader\n');
  await access(lab.inventoryPath);
  expect(await remains(`${name}-full`)).toEqual('');
});

test('two labs side by side have subnets of their own, and the end of one is not the other’s', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'konvoy-ha-lab-test-'));
  const names = ['left', 'right'].map((side) => `${side}-${process.pid}`);
  try {
    const [left, right] = await Promise.all(
      names.map((name) =>
        labUp({ name, hosts: 1, suite: 'bookworm', stateDir: join(directory, name) }, testContext),
      ),
    );
    if (left === undefined || right === undefined) throw new Error('two labs were asked for');
    expect(left.subnet).not.toBe(right.subnet);
    await left[Symbol.asyncDispose]();
    expect(await remains(left.name)).toBe('');
    expect(await right.hosts[0]?.exec(['hostname'])).toMatchObject({ stdout: 'cp1\n' });
  } finally {
    for (const name of names) await labDown({ name }, testContext);
    await rm(directory, { recursive: true, force: true });
  }
});

test('nothing is left of a lab whose creator died, not even of a host that was frozen or cut off', async () => {
  const name = `crashed-${process.pid}`;
  const stateDir = await mkdtemp(join(tmpdir(), 'konvoy-ha-lab-test-'));
  try {
    const lab = await labUp({ name, hosts: 2, suite: 'bookworm', stateDir }, testContext);
    await lab.hosts[0]?.partition();
    await lab.hosts[1]?.pause();
  } finally {
    // As another process would: by the label.
    const removal = await labDown({ name }, testContext);
    expect(removal).toMatchObject({ stateDirectories: [stateDir], images: [] });
    expect(removal.containers).toHaveLength(3);
  }
  expect(await remains(name)).toBe('');
  await expect(access(stateDir)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await labDown({ name }, testContext)).toMatchObject({
    containers: [],
    networks: [],
    stateDirectories: [],
  });
});

// The image of a suite may have to be made first.
const imageTimeoutMs = 480_000;

test.each(suites)(
  'a lab of debian %s boots and installs keepalived',
  async (suite) => {
    const other = `${suite}-${process.pid}`;
    const stateDir = join(directory, suite);
    await using up = await labUp({ name: other, hosts: 2, suite, stateDir }, testContext);
    const second = hostAt(up, 2);
    expect(await output(second, 'sh', '-c', '. /etc/os-release; echo "$VERSION_CODENAME"')).toBe(suite);
    expect(await addresses(second)).toEqual([`${second.address}/24`, `${second.address6}/64`]);
    expect(await ask(up, second.address, '/whoami')).toBe('200 cp2');
    await installKeepalived(second);
  },
  imageTimeoutMs,
);
