import { EventEmitter } from 'node:events';
import { expect, test, vi } from 'vitest';
import type { RunEvent } from '../../../src/domain/event.ts';
import { createReporter, type ReporterOptions } from '../../../src/report/choose.ts';
import { host, hostStatus, runStarted } from './support/samples.ts';
import { FakeClock, Pipe, Terminal } from './support/terminal.ts';

function optionsFor(rest: Partial<ReporterOptions> = {}): ReporterOptions {
  const { now, repeat } = new FakeClock();
  const streams = { stdout: new Pipe(), stderr: new Pipe() };
  return {
    json: false,
    color: true,
    verbosity: 0,
    env: {},
    now,
    repeat,
    version: '0.1.0',
    ...streams,
    ...rest,
  };
}

const step: RunEvent = { type: 'host-step', host: host('cp1'), step: 'connecting' };

test.each([
  ['a terminal', {}, ''],
  ['a terminal of a CI job', { CI: 'true' }, 'cp1  connecting'],
  ['a dumb terminal', { TERM: 'dumb' }, 'cp1  connecting'],
])('on %s progress is what it can show', (_name, env, expected) => {
  const stderr = new Terminal();
  const report = createReporter(optionsFor({ stderr, env: { ...env, NO_COLOR: '1' } }));
  report(runStarted('apply', 'cp1'));
  report(step);
  expect(stderr.screen).toBe(expected);
});

test('colours are decided for each stream on its own', () => {
  const [stdout, stderr] = [new Pipe(), new Terminal()];
  const report = createReporter(optionsFor({ stdout, stderr }));
  report({ type: 'vip-probed', requests: 1, lost: 0, longestOutageMs: 1 });
  report({ type: 'exit', code: 1, error: { code: 'internal', message: 'oh', hints: [] } });
  expect(stdout.text).not.toContain('\u001b');
  expect(stderr.written.join('')).toContain('\u001b[31merror:');
});

test('a reader that went away does not stop the run', () => {
  const stdout = Object.assign(new EventEmitter(), { written: 0, write: () => (stdout.written += 1) });
  const report = createReporter(optionsFor({ stdout }));
  report({ type: 'history', entries: [], hosts: [] });
  stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  report({ type: 'history', entries: [], hosts: [] });
  expect(stdout.written).toBe(1);
});

test('a mistake in printing becomes a warning, not the end of a run that changes hosts', () => {
  const stderr = new Pipe();
  const report = createReporter(optionsFor({ stderr }));
  report({
    type: 'status',
    status: { endpoint: '', hosts: [hostStatus('cp1', { drift: undefined as never })] },
  });
  expect(stderr.text).toMatch(/^konvoy-ha: warning: cannot print status: TypeError: /);
});

test('nothing is printed after exit', () => {
  const stdout = new Pipe();
  const report = createReporter(optionsFor({ stdout }));
  report({ type: 'exit', code: 0 });
  report({ type: 'history', entries: [], hosts: [] });
  expect(stdout.text).toBe('');
});

test('without an injected timer a real one drives the board, until close', () => {
  vi.useFakeTimers();
  try {
    const { json, color, verbosity, env, now, version, stdout } = optionsFor();
    const report = createReporter({
      json,
      color,
      verbosity,
      env,
      now,
      version,
      stdout,
      stderr: new Terminal(),
    });
    report(step);
    expect(vi.getTimerCount()).toBe(1);
    report.close();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('while the terminal is held for a question nothing is printed, and then everything in order', () => {
  const clock = new FakeClock();
  const terminal = new Terminal();
  const report = createReporter(
    optionsFor({ now: clock.now, repeat: clock.repeat, stdout: terminal, stderr: terminal }),
  );
  report(step);
  clock.advance(400);
  expect(terminal.screen).toBe('  cp1  connecting  0 s');
  const release = report.hold();
  terminal.write('trust cp1? ');
  report({ type: 'host-step', host: host('cp2'), step: 'connecting' });
  report({ type: 'host-failed', host: host('cp2'), code: 'connect-failed', message: 'no', hints: [] });
  clock.advance(2_000);
  expect(terminal.screen).toBe('trust cp1?');
  terminal.write('yes\n');
  release();
  clock.advance(200);
  expect(terminal.screen).toBe('trust cp1? yes\n! cp2  no\n  cp1  connecting  2 s');
});
