import { expect, test } from 'vitest';
import { wayNotes, withClient } from '../../../src/cli/routes.ts';
import type { RunEvent } from '../../../src/domain/event.ts';
import { testTarget } from '../../support/targets.ts';

test('a client that the command line names is taken for the whole way', () => {
  const inner = testTarget({ host: 'inner', knownHostsFiles: [], jump: testTarget({ knownHostsFiles: [] }) });
  const target = withClient(testTarget({ knownHostsFiles: [], jump: inner }), 'openssh');
  expect([target.client, target.jump?.client, target.jump?.jump?.client]).toEqual([
    'openssh',
    'openssh',
    'openssh',
  ]);
});

test('why a client is taken is a step of the host, and what is not done as ssh_config says a warning', () => {
  const events: RunEvent[] = [];
  const { note, warn } = wayNotes((event) => events.push(event));
  note?.(testTarget({ knownHostsFiles: [] }).host, 'reached with ssh');
  warn?.('not done', 'write it');
  expect(events).toEqual([
    { type: 'host-step', host: 'lb1', step: 'reached with ssh' },
    { type: 'diagnostic', diagnostic: { severity: 'warning', message: 'not done', hints: ['write it'] } },
  ]);
});
