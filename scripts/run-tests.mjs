// Runs every check and every tier of tests, one after the other, and sums them up. A tier that fails does not hide the
// next one. Skips are an error unless their name stands in ALLOWED_SKIPS with the reason.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leftOut } from './e2e-share.mjs';

/** Test names that may be skipped, each with why. */
const ALLOWED_SKIPS = new Map([
  ...[
    'known_hosts is compared with ssh-keygen: apt-get install openssh-client',
    'all three shells are tested: apt-get install dash bash busybox',
    'limits are compared with Ansible: apt-get install ansible-core',
    'vaults are compared with Ansible: apt-get install ansible-core',
    'against a real sshd needs root and openssh-server: apt-get install openssh-server',
    'sudo is asked for real: needs root and apt-get install sudo',
    'hurtful logins are tried: needs root and apt-get install openssh-server sudo',
    'round trips are counted: needs root and apt-get install openssh-server sudo',
    'secrets are looked for: needs root and apt-get install openssh-server sudo',
    "OpenSSH's client needs root and openssh-server: apt-get install openssh-server",
    "OpenSSH's client is taken by itself needs root and openssh-server: apt-get install openssh-server",
    'ways to a host need root and openssh-server: apt-get install openssh-server',
    'a password for a real sshd needs root, openssh-server, unshare and openssl: apt-get install openssh-server openssl',
    "a password that OpenSSH's client logs in with needs root, openssh-server, openssl and unshare",
    'doas is asked for real: needs root, no /etc/doas.conf, and apt-get install opendoas',
  ].map((name) => [name, 'runs only where something is missing, to say so']),
  [
    'the local transport keeps the transport contract what a login prints is not part of any answer',
    'the local transport has no login',
  ],
  ...[
    'two callers start one engine, a third finds it, and what was started is stopped',
    'an engine that somebody else started is not stopped',
  ].map((name) => [name, 'where systemd runs, it is systemd that starts the engine']),
]);

const scratch = mkdtempSync(join(tmpdir(), 'konvoy-ha-tests-'));
const total = { passed: 0, failed: 0 };
const skips = [];

check('types', ['npm', ['run', '--silent', 'typecheck']]);
check('lint', ['npm', ['run', '--silent', 'lint']]);
check('format', ['npm', ['run', '--silent', 'format:check']]);
check('shell scripts', [
  'shellcheck',
  ['scripts/set-up.sh', 'scripts/demo.sh', 'scripts/test.sh', '.ci/run'],
]);
const anotherDay = leftOut(new Date());
process.env.KONVOY_HA_LEFT_OUT = anotherDay.join(' ');
for (const project of ['unit', 'integration', 'e2e']) runTests(project);
rmSync(scratch, { recursive: true, force: true });

for (const file of anotherDay)
  console.log(`skipped: ${file} (it is played every third day; npm run test:e2e plays all)`);
for (const { name, reason } of skips) console.log(`skipped: ${name} (${reason ?? 'not allowed'})`);
const unexpected = skips.filter(({ reason }) => reason === undefined).length;
if (unexpected > 0) console.log(`${unexpected} unexpected skips count as failures`);
console.log(`${total.passed} passed, ${total.failed + unexpected} failed`);
process.exitCode = total.failed + unexpected > 0 ? 1 : 0;

function check(name, [command, args]) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  console.log(`${status === 0 ? 'pass' : 'FAIL'}  ${name}`);
  total[status === 0 ? 'passed' : 'failed'] += 1;
}

function runTests(project) {
  const report = join(scratch, `${project}.json`);
  const args = [
    'vitest',
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile=${report}`,
  ];
  const { status } = spawnSync('npx', args, { stdio: 'inherit' });
  const result = readReport(report);
  if (result === undefined) {
    console.log(`FAIL  ${project}: the test runner left no report (exit ${status})`);
    total.failed += 1;
    return;
  }
  total.passed += result.numPassedTests;
  total.failed += result.numFailedTests;
  for (const file of result.testResults) {
    for (const test of file.assertionResults) {
      if (!['skipped', 'pending', 'todo', 'disabled'].includes(test.status)) continue;
      skips.push({ name: test.fullName, reason: ALLOWED_SKIPS.get(test.fullName) });
    }
  }
  // A file that cannot even be loaded fails the run without counting as a failed test.
  if (status !== 0 && result.numFailedTests === 0) total.failed += 1;
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
