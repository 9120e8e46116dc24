// An inventory of 10,000 hosts: what loading it costs, and how `inventory --list` compares with `ansible-inventory --list`
// of the same file in the same run. Run by `npm run bench:inventory-size`; needs ansible-core for the comparison.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

const HOSTS = 10_000;
const ROUNDS = 5;
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'konvoy-ha-bench-'));

try {
  const names = Array.from({ length: HOSTS }, (_, index) => `host-${index}`);
  const address = (index) => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
  const files = {
    'inventory.yaml': `control-plane:\n  hosts:\n${names
      .map((name, index) => `    ${name}:\n      ansible_host: ${address(index)}\n`)
      .join('')}all:\n  vars:\n    ansible_user: ops\n    control_plane_endpoint: "192.0.2.10:6443"\n`,
    'inventory.ini': `[control-plane]\n${names
      .map((name, index) => `${name} ansible_host=${address(index)}\n`)
      .join('')}[all:vars]\nansible_user=ops\ncontrol_plane_endpoint=192.0.2.10:6443\n`,
  };
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name);
    writeFileSync(path, text);
    const loads = rounds(() => JSON.parse(run(process.execPath, [here('load-inventory.mjs'), path])));
    const { ms, cpuMs, rssMb, hosts } = loads.toSorted((a, b) => a.ms - b.ms)[ROUNDS >> 1];
    console.log(
      `${name}: ${hosts} hosts loaded in ${ms} ms (${cpuMs} ms CPU, ${rssMb} MB), median of ${ROUNDS}`,
    );
    const ours = median(
      rounds(() => timed(process.execPath, [here('../dist/main.js'), 'inventory', '--list', '-i', path])),
    );
    const theirs = median(rounds(() => timed('ansible-inventory', ['--list', '-i', path])));
    console.log(
      `${name}: inventory --list takes ${Math.round(ours)} ms, ansible-inventory ${Math.round(theirs)} ms: ${(theirs / ours).toFixed(1)} times as fast`,
    );
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}

function rounds(once) {
  return Array.from({ length: ROUNDS }, once);
}

function run(program, argv) {
  return execFileSync(program, argv, { cwd: directory, encoding: 'utf8', maxBuffer: 2 ** 28 });
}

function timed(program, argv) {
  const started = performance.now();
  run(program, argv);
  return performance.now() - started;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[ROUNDS >> 1];
}
