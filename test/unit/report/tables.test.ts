import { expect, test } from 'vitest';
import type { Check } from '../../../src/domain/verdict.ts';
import { verdictOf } from '../../../src/domain/verdict.ts';
import type { ClusterStatus } from '../../../src/domain/status.ts';
import { checksView, verdictView } from '../../../src/report/check-view.ts';
import { statusView, watchedView } from '../../../src/report/status-view.ts';
import { table } from '../../../src/report/table.ts';
import { age, counted, duration, wholeSeconds } from '../../../src/report/words.ts';
import { CONF, host, hostStatus, PLAIN } from './support/samples.ts';

const NOW_MS = 4_600_000;
const checks: readonly Check[] = [
  { name: 'sudo', status: 'pass', host: host('cp1'), evidence: 'uid 0 through sudo -n' },
  {
    name: 'vip-free',
    status: 'fail',
    host: host('cp2'),
    evidence: '192.0.2.10 answers from 52:54:00:12:34:56, which is none of these hosts',
    hint: 'choose another vip',
  },
  { name: 'clock', status: 'warn', host: host('cp3'), evidence: 'off by 4.2 s' },
  { name: 'registry', status: 'skipped', evidence: 'no registry configured' },
];

test('columns are aligned and texts from hosts are escaped', () => {
  expect(
    table(
      [
        ['a', 'long', 'x'],
        ['bbb', '\u001b[2J', 'y'],
        ['c', 'z'],
      ],
      PLAIN,
    ),
  ).toEqual(['a    long     x', 'bbb  \\x1b[2J  y', 'c    z']);
});

test('on a terminal the last column is wrapped under itself', () => {
  expect(table([['name', 'one two three four five six seven']], { ...PLAIN, columns: 30 })).toEqual([
    'name  one two three four five',
    '      six seven',
  ]);
});

test('checks are a table with hints below and counts at the end', () => {
  expect(checksView(checks, PLAIN, false)).toMatchInlineSnapshot(`
    "pass     sudo      cp1  uid 0 through sudo -n
    fail     vip-free  cp2  192.0.2.10 answers from 52:54:00:12:34:56, which is none of these hosts
                            hint: choose another vip
    warn     clock     cp3  off by 4.2 s
    skipped  registry       no registry configured

    konvoy-ha: 1 failed, 1 warning, 1 passed, 1 skipped
    "
  `);
  expect(checksView([], PLAIN, false)).toBe('konvoy-ha: 0 passed\n');
});

test('checks on the way to something else show only what needs attention, and nothing if all is well', () => {
  expect(checksView(checks.slice(2), PLAIN, true)).toBe(
    'warn  clock  cp3  off by 4.2 s\n\nkonvoy-ha: 1 warning, 0 passed, 1 skipped\n',
  );
  expect(checksView(checks.slice(0, 1), PLAIN, true)).toBe('');
});

test('a bad verdict names every host that holds the vip', () => {
  expect(verdictView(verdictOf(checks, [host('cp1'), host('cp3')]), PLAIN, true)).toMatchInlineSnapshot(`
    "fail  vip-free  cp2  192.0.2.10 answers from 52:54:00:12:34:56, which is none of these hosts
                         hint: choose another vip
    warn  clock     cp3  off by 4.2 s

    konvoy-ha: not verified: 1 failed, 1 warning, 1 passed, 1 skipped; 2 hosts hold the vip: cp1, cp3
    "
  `);
});

test('a good verdict is one line unless its checks are asked for', () => {
  const good = verdictOf(checks.slice(0, 1), [host('cp1')]);
  expect(verdictView(good, PLAIN, true)).toBe('konvoy-ha: verified: 1 passed; vip active on cp1\n');
  expect(verdictView(good, PLAIN, false)).toContain('pass  sudo  cp1  uid 0 through sudo -n\n');
  expect(verdictView(verdictOf([], []), PLAIN, true)).toBe('konvoy-ha: verified: 0 passed\n');
});

const status: ClusterStatus = {
  endpoint: '192.0.2.10:6443',
  hosts: [
    hostStatus('cp1', { holdsVip: true, state: 'active' }),
    hostStatus('cp2', { drift: [`file:${CONF}`] }),
    {
      host: host('cp3'),
      reachable: false,
      problem: 'no route to host',
      holdsVip: false,
      state: 'unknown',
      service: 'unknown',
      drift: [],
    },
    hostStatus('cp4', { api: 'refuses', state: 'fault' }),
  ],
};

test('status marks what needs a look and says why below the table', () => {
  expect(statusView(status, PLAIN, NOW_MS)).toMatchInlineSnapshot(`
    "  host  state   for  vip  api      service  priority  vrid  interface  keepalived  generation  drift
    = cp1   active  1h   yes  answers  running  240       10    eth0       2.2.8       4           -
    ! cp2   backup  1h   -    answers  running  240       10    eth0       2.2.8       4           1
    ! cp3   unreachable
    ! cp4   fault   1h   -    refuses  running  240       10    eth0       2.2.8       4           -

    ! cp2  file /etc/keepalived/keepalived.conf: changed by hand since generation 4
    ! cp3  no route to host

    konvoy-ha: vip 192.0.2.10:6443 active on cp1; 4 hosts, 1 unreachable, 1 drifted
    "
  `);
});

test('status tells what was changed by hand from what the inventory asks for, and who is behind or damaged', () => {
  const hosts = [
    hostStatus('cp1', { holdsVip: true, state: 'active', drift: [`file:${CONF}`, 'service:keepalived'] }),
    hostStatus('cp2', { pending: [`file:${CONF}`] }),
    hostStatus('cp3', {
      generation: 3,
      damaged: ['/var/lib/konvoy-ha/prod/generations/4/head.json'],
    }),
    hostStatus('cp4', { generation: 3 }),
  ];
  const view = statusView({ ...status, hosts, newest: 4, pendingUnknown: 'cp9: no route' }, PLAIN, NOW_MS);
  expect(view.slice(view.indexOf('\n\n') + 2)).toMatchInlineSnapshot(`
    "! cp1  file /etc/keepalived/keepalived.conf: changed by hand since generation 4
    ! cp1  service keepalived: not as generation 4 left it
    ~ cp2  file /etc/keepalived/keepalived.conf: the inventory asks for something else than generation 4 left
    ! cp3  /var/lib/konvoy-ha/prod/generations/4/head.json is not what was recorded; nothing is taken from it
    ! cp4  has generation 3, the newest is 4: it was not part of that run; konvoy-ha apply mends it

    what the inventory asks for is not known: cp9: no route

    konvoy-ha: vip 192.0.2.10:6443 active on cp1; 4 hosts, 1 drifted, 1 behind generation 4, 1 to apply
    "
  `);
});

test('in 80 columns what is the same on all hosts is said once', () => {
  expect(statusView(status, { ...PLAIN, columns: 80 }, NOW_MS)).toMatchInlineSnapshot(`
    "  host  state   for  vip  api      service  priority  generation  drift
    = cp1   active  1h   yes  answers  running  240       4           -
    ! cp2   backup  1h   -    answers  running  240       4           1
    ! cp3   unreachable
    ! cp4   fault   1h   -    refuses  running  240       4           -
      on all: vrid 10, interface eth0, keepalived 2.2.8

    ! cp2  file /etc/keepalived/keepalived.conf: changed by hand since generation 4
    ! cp3  no route to host

    konvoy-ha: vip 192.0.2.10:6443 active on cp1; 4 hosts, 1 unreachable, 1 drifted
    "
  `);
});

test('the columns that differ stay, however narrow the terminal', () => {
  const lines = statusView(status, { ...PLAIN, columns: 20 }, NOW_MS).split('\n');
  expect(lines[0]).toMatch(/host +state +for +vip +api +drift/);
});

test.each([
  [[hostStatus('cp1', { holdsVip: true, state: 'active' })], 'vip 192.0.2.10:6443 active on cp1; 1 host'],
  [[hostStatus('cp1')], 'vip 192.0.2.10:6443 held by none of these hosts; 1 host'],
  [
    [hostStatus('cp1', { holdsVip: true }), hostStatus('cp2', { holdsVip: true })],
    'vip 192.0.2.10:6443 held by 2 hosts: cp1, cp2; 2 hosts',
  ],
])('the last line of status says who has the vip (%#)', (hosts, expected) => {
  expect(statusView({ ...status, hosts }, PLAIN, NOW_MS)).toMatch(new RegExp(`\nkonvoy-ha: ${expected}\n$`));
});

test('a host without konvoy-ha is in order', () => {
  const bare = hostStatus('cp1', { service: 'absent', state: 'unknown', api: 'answers' });
  expect(statusView({ ...status, hosts: [bare] }, PLAIN, NOW_MS)).toMatch(/^= cp1 +unknown/m);
});

test('numbers are in words', () => {
  expect([counted(1, 'host'), counted(2, 'host'), counted(2, 'entry', 'entries')]).toEqual([
    '1 host',
    '2 hosts',
    '2 entries',
  ]);
  expect([0, 449, 9_960, 59_999, 125_000].map(duration)).toEqual([
    '0.0 s',
    '0.4 s',
    '10.0 s',
    '59 s',
    '2 min 05 s',
  ]);
  expect([-5, 999, 61_000].map(wholeSeconds)).toEqual(['0 s', '0 s', '1 min 01 s']);
  expect([-1, 59, 60, 7200, 200_000].map(age)).toEqual(['0s', '59s', '1m', '2h', '2d']);
});

test.each<readonly [string, number | undefined, string]>([
  ['follows the one before where there is no terminal', undefined, ''],
  ['takes its place on a terminal', 80, '\u001b[H\u001b[J'],
])('a look of many %s', (_, columns, before) => {
  const style = columns === undefined ? PLAIN : { ...PLAIN, columns };
  expect(watchedView('page\n', { everyMs: 2000 }, { style, nowMs: NOW_MS })).toBe(
    `${before}page\nkonvoy-ha: looked at 01:16:40 UTC, again in 2 s; Ctrl-C ends it\n`,
  );
});
