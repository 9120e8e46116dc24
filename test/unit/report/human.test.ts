import { expect, test } from 'vitest';
import type { RunEvent } from '../../../src/domain/event.ts';
import { verdictOf } from '../../../src/domain/verdict.ts';
import { createReporter, type ClosableReporter } from '../../../src/report/choose.ts';
import {
  CONF,
  file,
  historyEntry,
  hostGenerations,
  host,
  hostPlan,
  hostStatus,
  plan,
  runStarted,
  update,
} from './support/samples.ts';
import { FakeClock, Pipe, Terminal } from './support/terminal.ts';

interface Scene {
  readonly out: Pipe;
  readonly err: Pipe;
  readonly report: ClosableReporter;
}

function sceneOf(verbosity = 0): Scene {
  const [out, err] = [new Pipe(), new Pipe()];
  const { now } = new FakeClock();
  const options = { json: false, color: true, env: {}, now, version: '0.1.0' };
  return { out, err, report: createReporter({ ...options, verbosity, stdout: out, stderr: err }) };
}

const changed = plan([hostPlan('cp1', [update(file(CONF, 'a\n'), file(CONF, 'b\n'))])]);
const good = verdictOf(
  [{ name: 'one-owner', status: 'pass', evidence: 'cp1 holds 192.0.2.10' }],
  [host('cp1')],
);
const summary = {
  command: 'apply',
  changed: 1,
  unchanged: 3,
  hosts: 2,
  endpoint: '192.0.2.10:6443',
  active: host('cp1'),
  generation: 4,
  kept: [],
  elapsedMs: 8_200,
} as const;

function hostFinished(name: string, state: 'changed' | 'undone' | 'undo-failed', detail = ''): RunEvent {
  return { type: 'host-finished', host: host(name), state, detail };
}

const applied: readonly RunEvent[] = [
  runStarted('apply', 'cp1', 'cp2'),
  { type: 'run-step', step: 'gathering 2 hosts' },
  { type: 'host-step', host: host('cp1'), step: 'connecting' },
  { type: 'plan', plan: changed },
  { type: 'run-step', step: 'activating cp1' },
  { type: 'verdict', verdict: good },
  { type: 'vip-probed', requests: 412, lost: 0, longestOutageMs: 21 },
  hostFinished('cp2', 'changed'),
  hostFinished('cp1', 'changed'),
  { type: 'run-finished', summary },
  { type: 'exit', code: 0 },
];

test('an apply: the result on stdout, the way there on stderr', () => {
  const { out, err, report } = sceneOf();
  applied.forEach(report);
  expect(out.text).toMatchInlineSnapshot(`
    "konvoy-ha: vip 192.0.2.10:6443

    ~ cp1  file /etc/keepalived/keepalived.conf  update

        --- a/etc/keepalived/keepalived.conf
        +++ b/etc/keepalived/keepalived.conf
        @@ -1 +1 @@
        -a
        +b

    konvoy-ha: 0 to add, 1 to change, 0 to remove on 1 host
    konvoy-ha: verified: 1 passed; vip active on cp1
    konvoy-ha: vip answered 412 of 412 requests while things changed; longest gap 21 ms
    konvoy-ha: 1 changed, 3 unchanged on 2 hosts; vip 192.0.2.10:6443 active on cp1
    konvoy-ha: generation 4 recorded; took 8.2 s
    konvoy-ha: next: konvoy-ha status; to go back: konvoy-ha rollback
    "
  `);
  expect(err.text).toMatchInlineSnapshot(`
    "konvoy-ha: gathering 2 hosts
    cp1  connecting
    konvoy-ha: activating cp1
    "
  `);
});

test('with -v the run is named, every check shown, and every host accounted for in inventory order', () => {
  const { out, err, report } = sceneOf(1);
  applied.forEach(report);
  expect(out.text).toContain('pass  one-owner    cp1 holds 192.0.2.10\n');
  expect(out.text).toContain('~ cp1  changed\n~ cp2  changed\nkonvoy-ha: 1 changed');
  expect(err.text).toMatch(/^konvoy-ha: run run-7: apply\n/);
});

test('a failed apply ends with the state of each host, the error and what to do', () => {
  const { out, err, report } = sceneOf();
  const both = new Pipe();
  out.write = err.write = (text) => both.write(text);
  const failed: readonly RunEvent[] = [
    runStarted('apply', 'cp1', 'cp2'),
    { type: 'run-step', step: 'staging on 2 hosts' },
    {
      type: 'host-failed',
      host: host('cp2'),
      code: 'step-failed',
      message: 'keepalived -t refused the configuration:\n(Line 12) \u001b[1mUnknown keyword',
      hints: ['konvoy-ha check --limit cp2'],
    },
    { type: 'undo-started', because: 'cp2 failed' },
    hostFinished('cp2', 'undo-failed', 'connection lost during the reload'),
    hostFinished('cp1', 'undone'),
    {
      type: 'exit',
      code: 4,
      error: { code: 'undo-failed', message: 'cp2 could not be undone', hints: ['konvoy-ha status'] },
    },
  ];
  failed.forEach(report);
  expect(both.text).toMatchInlineSnapshot(`
    "konvoy-ha: staging on 2 hosts
    ! cp2  keepalived -t refused the configuration:
        (Line 12) \\x1b[1mUnknown keyword
    konvoy-ha: hint: konvoy-ha check --limit cp2
    konvoy-ha: undoing this run: cp2 failed
    = cp1  undone
    ! cp2  undo-failed  connection lost during the reload
    konvoy-ha: error: cp2 could not be undone
    konvoy-ha: hint: konvoy-ha status
    "
  `);
});

test('a plan ends with the next command, a plan without changes does not', () => {
  const { out, report } = sceneOf();
  report(runStarted('plan', 'cp1'));
  report({ type: 'plan', plan: changed });
  expect(out.text).toMatch(/konvoy-ha: next: konvoy-ha apply\n$/);
  report({ type: 'plan', plan: plan([], { isEmpty: true }) });
  expect(out.text).toMatch(/konvoy-ha: no changes; the hosts are as the inventory asks\n$/);
});

test('verify shows the checks that passed too', () => {
  const { out, report } = sceneOf();
  report(runStarted('verify', 'cp1'));
  report({ type: 'verdict', verdict: good });
  report({ type: 'checks', checks: good.checks });
  expect(out.text).toBe(
    'pass  one-owner    cp1 holds 192.0.2.10\n\nkonvoy-ha: verified: 1 passed; vip active on cp1\n' +
      'pass  one-owner    cp1 holds 192.0.2.10\n\nkonvoy-ha: 1 passed\n',
  );
});

test('status, history and diagnostics go where they belong', () => {
  const { out, err, report } = sceneOf();
  report(runStarted('status', 'cp1'));
  report({
    type: 'status',
    status: { endpoint: '192.0.2.10:6443', hosts: [hostStatus('cp1', { holdsVip: true })] },
  });
  report({ type: 'history', entries: [historyEntry(1)], hosts: [hostGenerations('cp1', [1])] });
  report({ type: 'diagnostic', diagnostic: { severity: 'warning', message: 'mind this', hints: [] } });
  expect(out.text).toContain('konvoy-ha: vip 192.0.2.10:6443 active on cp1; 1 host\n');
  expect(out.text).toContain('konvoy-ha: 1 generation\n');
  expect(err.text).toBe('konvoy-ha: warning: mind this\n');
});

test('on one terminal for both, the board is gone when a result or a question comes', () => {
  const clock = new FakeClock();
  const terminal = new Terminal(60, 24);
  const { now, repeat } = clock;
  const options = { json: false, color: true, verbosity: 0, env: {}, now, repeat, version: '0.1.0' };
  const report = createReporter({ ...options, stdout: terminal, stderr: terminal });
  report(runStarted('apply', 'cp1', 'cp2'));
  report({ type: 'host-step', host: host('cp1'), step: 'connecting' });
  report({ type: 'host-step', host: host('cp2'), step: 'connecting' });
  clock.advance(1_000);
  report({ type: 'host-failed', host: host('cp2'), code: 'connect-failed', message: 'no route', hints: [] });
  expect(terminal.screen).toBe('! cp2  no route\n  cp1  connecting  1 s');
  report({ type: 'vip-probed', requests: 2, lost: 1, longestOutageMs: 5 });
  clock.advance(60_000);
  expect(terminal.screen).toBe(
    '! cp2  no route\nkonvoy-ha: vip answered 1 of 2 requests while things changed\n; longest gap 5 ms',
  );
  report({ type: 'host-step', host: host('cp1'), step: 'undoing' });
  clock.advance(1_000);
  report.close();
  report.close();
  expect({ end: terminal.screen.endsWith('5 ms'), timers: clock.runningTimers }).toEqual({
    end: true,
    timers: 0,
  });
});
