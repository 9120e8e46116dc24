import fc from 'fast-check';
import { expect, test } from 'vitest';
import { painter } from '../../../src/report/ansi.ts';
import { createBoardProgress, createPlainProgress, type Progress } from '../../../src/report/progress.ts';
import { FakeClock, Pipe, Terminal } from './support/terminal.ts';

interface Scene {
  readonly terminal: Terminal;
  readonly clock: FakeClock;
  readonly progress: Progress;
}

function sceneOf(terminal = new Terminal(), isVerbose = false): Scene {
  const clock = new FakeClock();
  const { now, repeat } = clock;
  const options = { stream: terminal, sink: terminal, paint: painter(false), now, repeat, isVerbose };
  return { terminal, clock, progress: createBoardProgress(options) };
}

test('the board has a line for the run and one for each busy host, in inventory order', () => {
  const { terminal, clock, progress } = sceneOf();
  progress.started('apply', ['cp1', 'control-plane-2', 'cp3']);
  progress.runStep('staging on 3 hosts');
  progress.hostStep('cp3', 'waiting for the lock of apt');
  progress.hostStep('cp1', 'installing keepalived');
  clock.advance(3_400);
  progress.hostStep('control-plane-2', 'connecting');
  clock.advance(72_000);
  expect(terminal.screen).toMatchInlineSnapshot(`
    "staging on 3 hosts                              1 min 15 s
      cp1              installing keepalived        1 min 15 s
      control-plane-2  connecting                   1 min 12 s
      cp3              waiting for the lock of apt  1 min 15 s"
  `);
  progress.hostDone('cp1');
  clock.advance(200);
  expect(terminal.screen).not.toContain('cp1 ');
});

test('nothing is drawn before the first tick, and no timer is left when nothing is under way', () => {
  const { terminal, clock, progress } = sceneOf();
  progress.hostStep('cp1', 'connecting');
  progress.pause();
  expect({ written: terminal.written, timers: clock.runningTimers }).toEqual({ written: [''], timers: 0 });
});

test('a frame that looks like the last one is not drawn again', () => {
  const { terminal, clock, progress } = sceneOf();
  progress.hostStep('cp1', 'connecting');
  clock.advance(800);
  expect(terminal.written).toHaveLength(1);
});

test('a line written aside stands above the board', () => {
  const { terminal, clock, progress } = sceneOf();
  progress.hostStep('cp1', 'connecting');
  clock.advance(200);
  progress.aside(() => terminal.write('! cp2  connection refused\n'));
  expect(terminal.screen).toBe('! cp2  connection refused\n  cp1  connecting  0 s');
});

test('the steps of a run that changes hosts stay with the time they took, those of a reading run do not', () => {
  for (const [command, expected] of [
    ['apply', 'konvoy-ha: locking 3 hosts  1.2 s\nkonvoy-ha: staging  12 s'],
    ['status', ''],
  ] as const) {
    const { terminal, clock, progress } = sceneOf();
    progress.started(command, ['cp1']);
    progress.runStep('locking 3 hosts');
    clock.advance(1_200);
    progress.runStep('staging');
    clock.advance(12_000);
    progress.pause();
    expect(terminal.screen).toBe(expected);
  }
});

test('with -v every step is kept as a line above the board', () => {
  const { terminal, clock, progress } = sceneOf(new Terminal(), true);
  progress.started('apply', ['cp1', 'cp10']);
  progress.runStep('staging');
  progress.hostStep('cp1', 'installing keepalived');
  clock.advance(200);
  progress.hostStep('cp10', 'installing keepalived');
  progress.pause();
  expect(terminal.screen).toBe(
    'konvoy-ha: staging\ncp1   installing keepalived\ncp10  installing keepalived',
  );
});

test('on a small terminal lines are cut, and of many hosts those are shown that take longest', () => {
  const { terminal, clock, progress } = sceneOf(new Terminal(40, 8));
  const hosts = Array.from({ length: 100 }, (_, at) => `cp${at + 1}`);
  progress.started('apply', hosts);
  for (const name of hosts.toReversed()) {
    progress.hostStep(name, 'installing keepalived and what it needs');
    clock.advance(1_000);
  }
  clock.advance(200);
  expect(terminal.screen).toMatchInlineSnapshot(`
    "  cp97   installing keepa…  1 min 37 s
      cp98   installing keepa…  1 min 38 s
      cp99   installing keepa…  1 min 39 s
      cp100  installing keepa…  1 min 40 s
      and 96 more"
  `);
});

test('a terminal that does not know its width gets a board for 80 columns', () => {
  const written: string[] = [];
  const terminal = Object.assign(new Terminal(0), { write: (text: string) => void written.push(text) });
  const { clock, progress } = sceneOf(terminal);
  progress.hostStep('cp1', 'installing '.repeat(20));
  clock.advance(200);
  expect(written.join('')).toMatch(/^ {2}cp1 {2}.{58}… {2}0 s\n$/);
});

test('a terminal made narrower is still cleaned up', () => {
  const { terminal, clock, progress } = sceneOf(new Terminal(80, 24));
  progress.hostStep('cp1', 'installing keepalived, which takes its time');
  clock.advance(200);
  terminal.resize(30);
  expect(terminal.cursor.row).toBe(2);
  progress.pause();
  expect(terminal.screen).toBe('');
});

test('whatever happens, the board leaves no residue and the cursor at the start of a line', () => {
  const name = fc.constantFrom('cp1', 'cp2', 'a-host-with-a-long-name', 'nobody-announced-me');
  const text = fc.constantFrom(
    'connecting',
    'installing keepalived and everything it needs',
    '日本語 \u001b[2J',
    '',
  );
  const action = fc.oneof(
    fc.record({ do: fc.constant('hostStep' as const), name, text }),
    fc.record({ do: fc.constant('hostDone' as const), name, text }),
    fc.record({ do: fc.constantFrom('runStep' as const, 'pause' as const, 'line' as const), name, text }),
    fc.record({ do: fc.constant('wait' as const), name, text, ms: fc.nat(100_000) }),
  );
  const size = fc.record({
    columns: fc.integer({ min: 5, max: 100 }),
    rows: fc.integer({ min: 24, max: 30 }),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), size, (actions, { columns, rows }) => {
      const { terminal, clock, progress } = sceneOf(new Terminal(columns, rows));
      const lines: string[] = [];
      progress.started('status', ['cp1', 'cp2', 'a-host-with-a-long-name']);
      for (const step of actions) {
        if (step.do === 'hostStep') progress.hostStep(step.name, step.text);
        else if (step.do === 'hostDone') progress.hostDone(step.name);
        else if (step.do === 'runStep') progress.runStep(step.text);
        else if (step.do === 'pause') progress.pause();
        else if (step.do === 'wait') clock.advance(step.ms);
        else {
          lines.push(`L${lines.length}`);
          progress.aside(() => terminal.write(`${lines.at(-1) ?? ''}\n`));
        }
      }
      progress.pause();
      expect(terminal.screen).toBe(lines.join('\n'));
      expect(terminal.cursor).toEqual({ row: lines.length, column: 0 });
      expect(clock.runningTimers).toBe(0);
    }),
  );
});

test('where there is no terminal each step is one line, once', () => {
  const pipe = new Pipe();
  const progress = createPlainProgress({ sink: pipe, paint: painter(false) });
  progress.started('apply', ['cp1', 'cp10']);
  progress.runStep('staging');
  progress.hostStep('cp1', 'installing keepalived');
  progress.hostStep('cp1', 'installing keepalived');
  progress.hostStep('cp10', 'bell \u0007');
  progress.hostDone('cp1');
  progress.pause();
  expect(pipe.text).toBe('konvoy-ha: staging\ncp1   installing keepalived\ncp10  bell \\x07\n');
});
