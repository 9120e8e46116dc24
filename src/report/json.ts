import type { Reporter, RunEvent } from '../domain/event.ts';
import type { Change, Plan } from '../domain/plan.ts';
import { escapeJson } from './escape.ts';
import { changeDiff } from './plan-view.ts';
import { redactContent, redactSource } from './redact.ts';
import type { Sink } from './sink.ts';
import { decodeText } from './text-diff.ts';

/** Counts up when a field changes its meaning or goes; new fields and new events may come at any time. */
export const JSON_FORMAT = 1;

/** Events as NDJSON: first the version of the format, then one event per line, the `exit` event last. */
export function createJsonReporter(sink: Sink, version: string): Reporter {
  let isStarted = false;
  return (event) => {
    if (!isStarted)
      sink.write(jsonLine({ type: 'version', format: JSON_FORMAT, tool: 'konvoy-ha', version }));
    isStarted = true;
    sink.write(eventLine(event));
  };
}

/** One event as a line of JSON, with a line feed; secrets are hidden. */
export function eventLine(event: RunEvent): string {
  if (event.type === 'plan') return jsonLine({ ...event, plan: planWithDiffs(event.plan) });
  if (event.type === 'diagnostic' && event.diagnostic.span !== undefined) {
    const { diagnostic } = event;
    const span = { ...event.diagnostic.span, text: redactSource(event.diagnostic.span.text) };
    return jsonLine({ ...event, diagnostic: { ...diagnostic, span } });
  }
  return jsonLine(event);
}

/** A plan as it stands in its event, as plain JSON; secrets are hidden. */
export function planJson(plan: Plan): unknown {
  return JSON.parse(jsonLine(planWithDiffs(plan)));
}

function planWithDiffs(plan: Plan): unknown {
  const withDiff = (change: Change): unknown => {
    const diff = changeDiff(change);
    return diff === undefined || diff.text === '' ? change : { ...change, diff: diff.text };
  };
  return { ...plan, hosts: plan.hosts.map((host) => ({ ...host, changes: host.changes.map(withDiff) })) };
}

function jsonLine(value: unknown): string {
  return `${escapeJson(JSON.stringify(value, replacer))}\n`;
}

function replacer(this: unknown, _key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return contentJson(value);
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Set) return [...value];
  return value;
}

function contentJson(content: Uint8Array): unknown {
  const text = decodeText(content);
  if (text === undefined) return { base64: toBase64(content) };
  return { text: redactContent(text) };
}

function toBase64(content: Uint8Array): string {
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('base64');
}
