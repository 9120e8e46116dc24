import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunEvent } from '../../../src/domain/event.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { createReporter, type ClosableReporter } from '../../../src/report/choose.ts';
import { eventLine } from '../../../src/report/json.ts';
import { ONE_OF_EACH } from './support/events.ts';
import { create, file, host, hostPlan, LIVE, plan, runStarted } from './support/samples.ts';
import { FakeClock, Pipe, Terminal } from './support/terminal.ts';

function sceneOf(stderr = new Terminal()): { out: Pipe; stderr: Terminal; report: ClosableReporter } {
  const out = new Pipe();
  const { now, repeat } = new FakeClock();
  const options = { json: true, color: true, verbosity: 2, env: {}, now, repeat, version: '0.1.0' };
  return { out, stderr, report: createReporter({ ...options, stdout: out, stderr }) };
}

function parsed(text: string): readonly unknown[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

test('the version comes first, then every event in order, the exit last', () => {
  const { out, report } = sceneOf();
  const { exit, ...others } = ONE_OF_EACH;
  Object.values(others).forEach(report);
  report(exit);
  report(ONE_OF_EACH['run-step']);
  const lines = parsed(out.text);
  expect(lines[0]).toEqual({ type: 'version', format: 1, tool: 'konvoy-ha', version: '0.1.0' });
  expect(lines.slice(1).map((line) => (line as RunEvent).type)).toEqual([...Object.keys(others), 'exit']);
  expect(lines.at(-1)).toEqual(exit);
});

test('stderr has nothing but the error of a failed run', () => {
  const { stderr, report } = sceneOf();
  report(runStarted('apply', 'cp1'));
  report(ONE_OF_EACH['host-step']);
  report(ONE_OF_EACH.diagnostic);
  expect(stderr.written).toEqual([]);
  report(ONE_OF_EACH.exit);
  expect(stderr.screen).toBe(
    'konvoy-ha: error: 1 of 2 hosts failed; every change is undone\n' +
      'konvoy-ha: hint: konvoy-ha apply --limit @failed tries again',
  );
});

test('an event without special fields is itself', () => {
  for (const type of ['run-started', 'host-failed', 'status', 'history', 'run-finished', 'exit'] as const) {
    expect(JSON.parse(eventLine(ONE_OF_EACH[type]))).toEqual(ONE_OF_EACH[type]);
  }
});

test('a plan has file contents as text or base64, and a diff for every changed file', () => {
  const changes = [
    create(file(LIVE, '#!/bin/sh\n')),
    create({ ...file('/etc/binary', ''), content: Uint8Array.of(0, 255) }),
  ];
  const line = eventLine({ type: 'plan', plan: plan([hostPlan('cp1', changes)]) });
  expect(JSON.parse(line)).toMatchObject({
    plan: {
      hosts: [
        {
          host: 'cp1',
          changes: [
            {
              wanted: { content: { text: '#!/bin/sh\n' } },
              diff: `--- /dev/null\n+++ b${LIVE}\n@@ -0,0 +1 @@\n+#!/bin/sh\n`,
            },
            {
              wanted: { content: { base64: 'AP8=' } },
              diff: 'Binary files /dev/null and b/etc/binary differ\n',
            },
          ],
        },
      ],
    },
  });
});

test('no secret gets through', () => {
  const conf = file('/etc/keepalived/keepalived.conf', 'auth_pass hunter2\n');
  const span = { file: 'inventory.yaml', line: 1, column: 1, length: 1, text: 'ansible_password: hunter2' };
  const events: readonly RunEvent[] = [
    { type: 'plan', plan: plan([hostPlan('cp1', [create(conf)])]) },
    { type: 'diagnostic', diagnostic: { severity: 'error', message: 'wrong', span, hints: [] } },
    { type: 'run-step', step: new Secret('hunter2') as never },
  ];
  for (const event of events) expect(eventLine(event)).toMatch(/^(?!.*hunter2).*\[redacted\]/);
});

test('maps become objects, sets become lists, undefined is left out', () => {
  const odd = {
    type: 'run-step',
    step: { map: new Map([['cp1', 1]]), set: new Set(['a']), none: undefined },
  };
  expect(eventLine(odd as never)).toBe('{"type":"run-step","step":{"map":{"cp1":1},"set":["a"]}}\n');
});

test('whatever a host says, a line is one line of JSON that means the same and cannot move the cursor', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (message, hint) => {
      const event: RunEvent = { ...ONE_OF_EACH['host-failed'], host: host('cp1'), message, hints: [hint] };
      const line = eventLine(event);
      expect(line).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*\n$/u);
      expect(JSON.parse(line)).toEqual(event);
    }),
  );
});
