import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resourceKey } from '../../../src/domain/resource.ts';
import type { Activation, Change, ChangeCause } from '../../../src/domain/plan.ts';
import { hear } from '../../../src/domain/opening.ts';
import { planView } from '../../../src/report/plan-view.ts';
import {
  COLORED,
  CONF,
  create,
  file,
  host,
  hostPlan,
  LIVE,
  PACKAGE,
  plan,
  PLAIN,
  remove,
  RUNNING,
  STOPPED,
  unchanged,
  update,
  VERBOSE,
} from './support/samples.ts';

const BEFORE = 'vrrp_instance konvoy {\n  priority 240\n  auth_pass old\n}\n';
const AFTER = 'vrrp_instance konvoy {\n  priority 250\n  auth_pass new\n}\n';
const activation: Activation = {
  waves: [
    { hosts: [host('cp2')], gate: 'owns-vip' },
    { hosts: [host('cp1'), host('cp3')], gate: 'joined' },
    { hosts: [host('cp4')], gate: 'none' },
  ],
  because: 'cp2 takes the vip under the new identity before the others leave the old one',
  prediction: 'the vip moves from cp1 to cp2; no request is lost',
};

test('a first installation shows every resource, whole files and the start of the service', () => {
  const conf = file(CONF, 'vrrp_script live {\n}\n', { mode: 0o600, effect: 'reload' });
  const changes = [
    create({ kind: 'package', name: 'keepalived' }),
    create({ kind: 'user', name: 'keepalived_script' }),
    create({ kind: 'directory', path: '/etc/konvoy-ha', mode: 0o755, owner: 'root', group: 'root' }),
    create(conf),
    create(RUNNING),
  ];
  expect(planView(plan([hostPlan('cp1', changes, { serviceAction: 'start' })]), PLAIN))
    .toMatchInlineSnapshot(`
    "konvoy-ha: vip 192.0.2.10:6443

    + cp1  package keepalived                    install
    + cp1  user keepalived_script                create
    + cp1  directory /etc/konvoy-ha              create, mode 0755, owner root:root
    + cp1  file /etc/keepalived/keepalived.conf  create, mode 0600, owner root:root, then start
    + cp1  service keepalived                    start, enable

        --- /dev/null
        +++ b/etc/keepalived/keepalived.conf
        @@ -0,0 +1,2 @@
        +vrrp_script live {
        +}

    konvoy-ha: 5 to add, 0 to change, 0 to remove on 1 host
    "
  `);
});

test('an opening says rule by rule what comes through from then on, and what does not any more', () => {
  const rules = [hear('10.0.50.11'), hear('10.0.50.13')];
  const opening = { kind: 'opening', name: 'netfilter', rules } as const;
  const other = { ...opening, rules: [hear('10.0.50.11'), hear('10.0.50.14')] };
  const hosts = [
    create(opening),
    update(opening, other),
    remove(opening),
    update({ ...opening, rules: [] }, opening),
  ];
  const text = planView(plan(hosts.map((change, at) => hostPlan(`cp${at + 1}`, [change]))), PLAIN);
  expect(text.split('\n').slice(2, 6)).toEqual([
    '+ cp1  opening netfilter  open in vrrp from 10.0.50.11, in vrrp from 10.0.50.13',
    '~ cp2  opening netfilter  open in vrrp from 10.0.50.14; close in vrrp from 10.0.50.13',
    '- cp3  opening netfilter  close in vrrp from 10.0.50.11, in vrrp from 10.0.50.13',
    '~ cp4  opening netfilter  open in vrrp from 10.0.50.11, in vrrp from 10.0.50.13',
  ]);
  expect(planView(plan([hostPlan('cp1', [unchanged(opening)])]), VERBOSE)).toContain(
    'opening netfilter  2 rules',
  );
});

test('another version of a package is said with both, and who waits for a peer before it restarts', () => {
  const had = { kind: 'package', name: 'keepalived', version: '1:2.2.7-1' } as const;
  const change: Change = {
    ...{ key: resourceKey(had), action: 'update', observed: had },
    wanted: { kind: 'package', name: 'keepalived', pinned: '1:2.2.8-1', runs: 'keepalived' },
  };
  const restarting = hostPlan('cp1', [change, unchanged(RUNNING)], { serviceAction: 'restart' });
  const order = {
    ...activation,
    waves: [{ hosts: [host('cp1')], gate: 'joined', handsOver: true }],
  } as const;
  const text = planView({ ...plan([restarting]), activation: order }, PLAIN);
  expect(text).toContain(
    '~ cp1  package keepalived  1:2.2.7-1 → 1:2.2.8-1\n~ cp1  service keepalived  restart\n',
  );
  expect(text).toContain('  wave 1  cp1, when a peer has the vip; then wait until it has joined\n');
});

function because(cause: ChangeCause, change: Change): Change {
  return { ...change, cause };
}

test('an update says what changes in words, marks what was changed by hand, and counts the rest', () => {
  const changes = [
    unchanged(PACKAGE),
    because(
      'both',
      update(file(CONF, BEFORE, { mode: 0o640 }), file(CONF, AFTER, { mode: 0o600, effect: 'reload' })),
    ),
    because(
      'by-hand',
      update(file(LIVE, '#!/bin/sh\n', { owner: 'kube' }), file(LIVE, '#!/bin/sh\n', { mode: 0o755 })),
    ),
    because('by-hand', unchanged(file('/etc/keepalived/same.conf', ''))),
    unchanged(RUNNING),
    because('asked-for', remove(file('/etc/keepalived/old.conf', 'colour \u001b[31mred\n\ttab'))),
  ];
  const hosts = [
    hostPlan('cp1', changes, { serviceAction: 'reload', drifted: true, generation: 4 }),
    hostPlan('control-plane-2', [unchanged(PACKAGE), unchanged(RUNNING)]),
  ];
  expect(planView(plan(hosts, { activation }), PLAIN)).toMatchInlineSnapshot(`
    "konvoy-ha: vip 192.0.2.10:6443

    ! cp1              changed by hand since generation 4; this apply overwrites that
    ~ cp1              file /etc/keepalived/keepalived.conf         update, mode 0640 → 0600, then reload; changed by hand since generation 4; the inventory asks for something else
    ~ cp1              file /usr/libexec/keepalived/konvoy-ha-live  mode 0644 → 0755, owner kube:root → root:root; changed by hand since generation 4
    = cp1              file /etc/keepalived/same.conf               mode 0644, owner root:root; changed by hand since generation 4, to what is asked for
    - cp1              file /etc/keepalived/old.conf                remove; the inventory asks for something else
    = cp1              2 unchanged

        --- a/etc/keepalived/keepalived.conf
        +++ b/etc/keepalived/keepalived.conf
        @@ -1,4 +1,4 @@
         vrrp_instance konvoy {
        -  priority 240
        +  priority 250
           auth_pass [redacted]
         }
        (redacted values differ too)

        --- a/etc/keepalived/old.conf
        +++ /dev/null
        @@ -1,2 +0,0 @@
        -colour \\x1b[31mred
        -	tab
        \\ No newline at end of file

    = control-plane-2  2 unchanged

    order
      wave 1  cp2; then wait until it owns the vip
      wave 2  cp1, cp3; then wait until all have joined
      wave 3  cp4
      why     cp2 takes the vip under the new identity before the others leave the old one
      expect  the vip moves from cp1 to cp2; no request is lost

    konvoy-ha: 0 to add, 2 to change, 1 to remove on 1 of 2 hosts
    "
  `);
});

test('hosts are aligned with each other, and those with one line each stand together', () => {
  const hosts = ['cp1', 'control-plane-2'].map((name) => hostPlan(name, [unchanged(RUNNING)]));
  expect(planView(plan(hosts), PLAIN)).toContain(
    '\n\n= cp1              1 unchanged\n= control-plane-2  1 unchanged\n\n',
  );
});

test('with -v the unchanged resources are listed with their state', () => {
  const directory = {
    kind: 'directory',
    path: '/etc/konvoy-ha',
    mode: 0o755,
    owner: 'root',
    group: 'root',
  } as const;
  const user = { kind: 'user', name: 'keepalived_script' } as const;
  const same = [PACKAGE, user, directory, file(CONF, AFTER), RUNNING].map(unchanged);
  expect(planView(plan([hostPlan('cp1', same)], { isEmpty: true }), VERBOSE)).toMatchInlineSnapshot(`
    "konvoy-ha: vip 192.0.2.10:6443

    = cp1  package keepalived                    installed, 2.2.8
    = cp1  user keepalived_script                present
    = cp1  directory /etc/konvoy-ha              mode 0755, owner root:root
    = cp1  file /etc/keepalived/keepalived.conf  mode 0644, owner root:root
    = cp1  service keepalived                    running, enabled

    konvoy-ha: no changes; the hosts are as the inventory asks
    "
  `);
});

test('a destroy removes files and stops the service', () => {
  const hosts = [
    hostPlan('cp1', [remove(file(CONF, 'a\n', { effect: 'reload' })), remove(RUNNING)], {
      serviceAction: 'stop',
    }),
  ];
  expect(planView(plan(hosts, { command: 'destroy' }), PLAIN)).toMatchInlineSnapshot(`
    "konvoy-ha: vip 192.0.2.10:6443

    - cp1  file /etc/keepalived/keepalived.conf  remove
    - cp1  service keepalived                    stop, disable

        --- a/etc/keepalived/keepalived.conf
        +++ /dev/null
        @@ -1 +0,0 @@
        -a

    konvoy-ha: 0 to add, 0 to change, 2 to remove on 1 host
    "
  `);
});

test.each([
  ['apply', 'konvoy-ha: no changes; the hosts are as the inventory asks'],
  ['rollback', 'konvoy-ha: no changes; the hosts are as that generation left them'],
  ['destroy', 'konvoy-ha: no changes; nothing of konvoy-ha is left on the hosts'],
] as const)('an empty plan to %s says so', (command, footer) => {
  const empty = plan([hostPlan('cp1', [unchanged(RUNNING)])], { command, isEmpty: true, activation });
  expect(planView(empty, PLAIN)).toBe(`konvoy-ha: vip 192.0.2.10:6443\n\n= cp1  1 unchanged\n\n${footer}\n`);
});

test.each([
  ['a stopped service', update(STOPPED, RUNNING), 'start', 'service keepalived  start, enable'],
  [
    'a running service that takes up a new configuration',
    update({ ...RUNNING, enabled: false }, RUNNING),
    'reload',
    'service keepalived  enable, reload',
  ],
  ['a service to be stopped', update(RUNNING, STOPPED), 'stop', 'service keepalived  stop, disable'],
  ['a stopped service of ours', remove(STOPPED), 'none', 'service keepalived  leave as it is'],
  ['a reload that no file asks for', unchanged(RUNNING), 'reload', '~ cp1  service keepalived  reload'],
  ['a start that nothing explains', unchanged(PACKAGE), 'start', '~ cp1  service  start'],
  [
    'a drop-in',
    create(file('/etc/x.conf', '', { effect: 'daemon-reload' })),
    'none',
    'owner root:root, then daemon-reload',
  ],
] as const)('%s', (_name, change, serviceAction, expected) => {
  expect(planView(plan([hostPlan('cp1', [change], { serviceAction })]), PLAIN)).toContain(`${expected}\n`);
});

test('a huge diff is summed up until -vv asks for it', () => {
  const text = Array.from({ length: 500 }, (_, at) => `line ${at}\n`).join('');
  const huge = plan([hostPlan('cp1', [create(file('/etc/big', text))])]);
  expect(planView(huge, PLAIN)).toContain(
    '\n    file /etc/big: 500 lines added, 0 lines removed; -vv shows them\n',
  );
  expect(planView(huge, { ...PLAIN, verbosity: 2 })).toContain('\n    +line 499\n');
});

test('a plan that is about to be carried out shows what changes, and leaves out the text of new files', () => {
  const changes = [create(file('/new', 'new text\n')), update(file(CONF, 'a\n'), file(CONF, 'b\n'))];
  const text = planView(plan([hostPlan('cp1', changes)]), PLAIN, true);
  expect(text).toContain('+ cp1  file /new');
  expect(text).not.toContain('new text');
  expect(text).toContain('    -a\n    +b\n');
  expect(text).toContain('; --dry-run shows whole files\n');
});

test('colour repeats the marks and the diff', () => {
  const changes = [update(file(CONF, 'a\n'), file(CONF, 'b\n'))];
  const text = planView(plan([hostPlan('cp1', changes)]), COLORED);
  expect(text).toContain('\u001b[33m~ cp1\u001b[0m');
  expect(text).toContain('\u001b[31m-a\u001b[0m');
  expect(text).toContain('\u001b[32m+b\u001b[0m');
});

test.skipIf(spawnSync('patch', ['--version']).status !== 0)('the printed plan itself is a patch', () => {
  const text = planView(
    plan([hostPlan('cp1', [update(file('/conf', 'a\n\n\tb\n'), file('/conf', 'a\n\n\tc\n'))])]),
    PLAIN,
  );
  const root = mkdtempSync(join(tmpdir(), 'konvoy-ha-plan-'));
  try {
    mkdirSync(root, { recursive: true });
    writeFileSync(join(root, 'conf'), 'a\n\n\tb\n');
    execFileSync('patch', ['-p1', '--quiet', '--directory', root], { input: text });
    expect(readFileSync(join(root, 'conf'), 'utf8')).toBe('a\n\n\tc\n');
  } finally {
    rmSync(root, { recursive: true });
  }
});
