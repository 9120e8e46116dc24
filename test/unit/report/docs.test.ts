import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { RunEvent } from '../../../src/domain/event.ts';
import { createReporter } from '../../../src/report/choose.ts';
import { eventLine } from '../../../src/report/json.ts';
import { ONE_OF_EACH } from './support/events.ts';
import { Pipe } from './support/terminal.ts';

const page = readFileSync(new URL('../../../docs/output.md', import.meta.url), 'utf8');

const THREE_DAYS_MS = 3 * 86_400_000 + 1_000_000;

function printed(event: RunEvent): string {
  const both = new Pipe();
  const options = {
    json: false,
    color: false,
    verbosity: 0,
    env: {},
    version: '0.1.0',
    now: () => THREE_DAYS_MS,
  };
  const report = createReporter({ ...options, stdout: both, stderr: both });
  // Nothing printed, but it decides how much the checks say.
  report({ ...ONE_OF_EACH['run-started'], command: event.type === 'checks' ? 'check' : 'apply' });
  report(event);
  // The end of a host is printed with those of the others, when the run is over.
  if (event.type === 'host-finished') report({ type: 'exit', code: 3 });
  return both.text;
}

test.each(Object.values(ONE_OF_EACH))('docs/output.md has the JSON of $type as it is written', (event) => {
  expect(page).toContain(`\n${eventLine(event)}`);
});

test.each(Object.values(ONE_OF_EACH))('docs/output.md has the text of $type as it is printed', (event) => {
  expect(page).toContain(printed(event));
});
