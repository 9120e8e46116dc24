import { createHash } from 'node:crypto';
import { KonvoyError } from '../domain/error.ts';
import type { SavedPlan } from '../domain/saved-plan.ts';
import { parseSerial } from '../domain/serial.ts';

/** Counts up when a file of this version cannot be read by an older konvoy-ha, or means something else. */
export const PLAN_FILE_VERSION = 1;

/**
 * The text of a plan file. `shown` is the plan as it was printed, with all that is secret hidden: it is there for people
 * and scripts, and is never read back.
 */
export function encodePlanFile(saved: SavedPlan, shown: unknown): string {
  const body = { saved, shown };
  const file = { format: FORMAT, version: PLAN_FILE_VERSION, sha256: sumOf(body), body };
  return `${JSON.stringify(file, undefined, 1)}\n`;
}

/** True for the text of a plan file of any version: such a file may be written over. */
export function isPlanFile(text: string): boolean {
  return parsed(text)?.['format'] === FORMAT;
}

/** Reads a plan file, or throws with what is wrong with it. */
export function decodePlanFile(text: string, path: string): SavedPlan {
  const file = parsed(text);
  if (file?.['format'] !== FORMAT) throw unreadable(`${path} is no plan of konvoy-ha`);
  if (file['version'] !== PLAN_FILE_VERSION) {
    throw unreadable(
      `${path} is a plan in format ${JSON.stringify(file['version'])}; this konvoy-ha reads format ${PLAN_FILE_VERSION}`,
    );
  }
  const { body } = file;
  if (!isRecord(body) || file['sha256'] !== sumOf(body))
    throw unreadable(`${path} is damaged: its checksum is another`);
  const { saved } = body;
  if (!isSavedPlan(saved)) throw unreadable(`${path} is damaged: a part of the plan is missing`);
  return saved;
}

function sumOf(body: Readonly<Record<string, unknown>>): string {
  return createHash('sha256').update(JSON.stringify(body)).digest('hex');
}

function unreadable(message: string): KonvoyError {
  return new KonvoyError(message, {
    code: 'usage',
    hints: ['make a new one: konvoy-ha plan -o FILE'],
  });
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isSavedPlan(value: unknown): value is SavedPlan {
  if (!isRecord(value) || !hasTexts(value, ['at', 'by', 'runId', 'salt'])) return false;
  const { basis, serial } = value;
  const isSerial = serial === undefined || (typeof serial === 'string' && parseSerial(serial).ok);
  return isSerial && isRecord(basis) && isBasis(basis);
}

function isBasis(basis: Readonly<Record<string, unknown>>): boolean {
  return (
    hasTexts(basis, ['tool', 'cluster', 'endpoint']) &&
    areRecords(basis['inventory'], (target) => hasTexts(target, ['host', 'at'])) &&
    areTexts(basis['limited']) &&
    areRecords(basis['waves'], (wave) => areTexts(wave['hosts'])) &&
    areRecords(
      basis['hosts'],
      (host) =>
        hasTexts(host, ['host']) && areRecords(host['changes'], (change) => hasTexts(change, ['key'])),
    )
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasTexts(value: Readonly<Record<string, unknown>>, names: readonly string[]): boolean {
  return names.every((name) => typeof value[name] === 'string');
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function areRecords(value: unknown, is: (item: Readonly<Record<string, unknown>>) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => isRecord(item) && is(item));
}

const FORMAT = 'konvoy-ha plan';
