import { expect, test } from 'vitest';
import { historyView } from '../../../src/report/history-view.ts';
import { hostEndsView, summaryView, vipProbedView } from '../../../src/report/summary-view.ts';
import { historyEntry, host, hostGenerations, PLAIN, VERBOSE } from './support/samples.ts';

test('history has the newest generation at the bottom and says what a rollback restored', () => {
  const entries = [
    historyEntry(1),
    historyEntry(12, { command: 'rollback', restored: 1, by: 'grace@jump', at: '2026-11-03T02:59:01Z' }),
  ];
  const hosts = ['cp1', 'cp2'].map((name) => hostGenerations(name, [1, 12]));
  expect(historyView(entries, hosts, PLAIN)).toMatchInlineSnapshot(`
    "generation  when                  command        by          hosts
    1           2026-11-02 14:03:11Z  apply          ada@laptop  cp1, cp2
    12          2026-11-03 02:59:01Z  rollback to 1  grace@jump  cp1, cp2

      host  1    12
    = cp1   yes  yes
    = cp2   yes  yes

    konvoy-ha: 2 generations; next: konvoy-ha rollback --to N
    "
  `);
  expect(historyView(entries, hosts, VERBOSE)).toContain('10    192.0.2.10  cp1, cp2');
  expect(historyView([], [hostGenerations('cp1', [])], PLAIN)).toBe(
    'konvoy-ha: no generations; konvoy-ha has not changed these hosts\n',
  );
});

test('history shows which host has which generation, what is damaged, and that the hosts disagree', () => {
  const path = '/var/lib/konvoy-ha/prod/generations/2/generation.json';
  const hosts = [
    hostGenerations('cp1', [1, 2, 3]),
    hostGenerations('cp2', [1, 3], { damaged: [{ number: 2, files: [path] }] }),
    hostGenerations('cp3', [1, 2]),
    hostGenerations('cp4', [], { problem: 'connection refused' }),
  ];
  expect(historyView([historyEntry(1)], hosts, PLAIN)).toMatchInlineSnapshot(`
    "generation  when                  command  by          hosts
    1           2026-11-02 14:03:11Z  apply    ada@laptop  cp1, cp2

      host  1    2        3
    = cp1   yes  yes      yes
    ! cp2   yes  damaged  yes
    ! cp3   yes  yes      -
    ! cp4   unreachable

    ! cp2  /var/lib/konvoy-ha/prod/generations/2/generation.json is not what was recorded
    ! cp4  connection refused

    konvoy-ha: 3 generations; the hosts disagree about the newest: konvoy-ha apply mends it; next: konvoy-ha rollback --to N
    "
  `);
});

test('history of hosts that do not answer does not say that nothing was changed on them', () => {
  const hosts = [hostGenerations('cp1', [], { problem: 'connection refused' })];
  expect(historyView([], hosts, PLAIN)).toBe('! cp1  connection refused\n\nkonvoy-ha: 0 generations\n');
});

test('the summary ends with the next command', () => {
  const summary = {
    command: 'apply',
    changed: 3,
    unchanged: 9,
    hosts: 2,
    endpoint: '192.0.2.10:6443',
    active: host('cp1'),
    generation: 4,
    kept: ['package keepalived: it was there before konvoy-ha'],
    elapsedMs: 12_345,
  } as const;
  expect(summaryView(summary, PLAIN)).toMatchInlineSnapshot(`
    "konvoy-ha: 3 changed, 9 unchanged on 2 hosts; vip 192.0.2.10:6443 active on cp1
    konvoy-ha: generation 4 recorded; took 12 s
    konvoy-ha: kept: package keepalived: it was there before konvoy-ha
    konvoy-ha: next: konvoy-ha status; to go back: konvoy-ha rollback
    "
  `);
});

test('a run that changed nothing has no next command', () => {
  const summary = {
    command: 'apply',
    changed: 0,
    unchanged: 1,
    hosts: 1,
    endpoint: 'api.test:6443',
    kept: [],
    elapsedMs: 432,
  } as const;
  expect(summaryView(summary, PLAIN)).toBe(
    'konvoy-ha: 0 changed, 1 unchanged on 1 host; endpoint api.test:6443\nkonvoy-ha: took 0.4 s\n',
  );
});

test.each([
  [412, 0, 21.4, 'konvoy-ha: vip answered 412 of 412 requests while things changed; longest gap 21 ms\n'],
  [412, 7, 650, 'konvoy-ha: vip answered 405 of 412 requests while things changed; longest gap 650 ms\n'],
  [0, 0, 0, 'konvoy-ha: vip was not probed while things changed\n'],
])('%i requests of which %i were lost', (requests, lost, longestOutageMs, expected) => {
  expect(vipProbedView({ type: 'vip-probed', requests, lost, longestOutageMs }, PLAIN)).toBe(expected);
});

test('every host is in a named state at the end of a failed run', () => {
  const states = ['unchanged', 'changed', 'undone', 'undo-failed', 'unreachable', 'unknown'] as const;
  const ends = states.map((state, at) => ({
    type: 'host-finished' as const,
    host: host(`cp${at + 1}`),
    state,
    detail: state === 'undo-failed' ? 'connection lost during reload' : '',
  }));
  expect(hostEndsView(ends, PLAIN)).toMatchInlineSnapshot(`
    "= cp1  unchanged
    ~ cp2  changed
    = cp3  undone
    ! cp4  undo-failed  connection lost during reload
    ! cp5  unreachable
    ! cp6  unknown
    "
  `);
});
