import type { DrillRecord, DrillRequest, DrillResult, DrillSummary, Spread } from '../domain/drill.ts';

/** What a drill has shown. Pure: the same record says the same. */
export function measureDrill(record: DrillRecord): DrillResult {
  const { fault, host, wasActive, faultAtMs, restoredAtMs, requests, sights } = record;
  const taken = sights.find((sight) => sight.holdsVip && sight.host !== host && sight.atMs >= faultAtMs);
  const outages = outagesOf(requests);
  const lost = requests.filter(({ answered }) => !answered);
  const before = ownerBefore(record);
  return {
    fault,
    host,
    wasActive,
    requests: requests.length,
    lost: lost.length,
    outageMs: Math.max(0, ...outages),
    ...(taken === undefined || !wasActive ? {} : { takeoverMs: taken.atMs - faultAtMs, takenBy: taken.host }),
    lostAfterwards: lost.filter(({ atMs }) => atMs >= restoredAtMs).length,
    cameBack: record.owner !== undefined && record.owner === before,
  };
}

/** What several drills have shown together. */
export function summaryOf(results: readonly DrillResult[]): DrillSummary {
  const takeovers = results.flatMap(({ takeoverMs }) => takeoverMs ?? []);
  return {
    rounds: results.length,
    lost: spreadOf(results.map(({ lost }) => lost)),
    outageMs: spreadOf(results.map(({ outageMs }) => outageMs)),
    ...(takeovers.length === 0 ? {} : { takeoverMs: spreadOf(takeovers) }),
  };
}

/** Of a list that is not empty; the 99th percentile is a value that was measured (nearest rank). */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { min: at(0), median: at(0.5), p99: at(0.99) };
}

/**
 * Every time without an answer, from the first request that was lost to the first after it that was answered. One that never ended
 * lasts until the last request.
 */
function outagesOf(requests: readonly DrillRequest[]): readonly number[] {
  const outages: number[] = [];
  let since: number | undefined;
  const sorted = requests.toSorted((a, b) => a.atMs - b.atMs);
  for (const { atMs, answered } of sorted) {
    if (!answered) since ??= atMs;
    else if (since !== undefined) {
      outages.push(atMs - since);
      since = undefined;
    }
  }
  const last = sorted.at(-1);
  return since === undefined || last === undefined ? outages : [...outages, last.atMs - since];
}

function ownerBefore({ sights, faultAtMs }: DrillRecord): string | undefined {
  const owners = new Set<string>();
  for (const sight of sights) {
    if (sight.atMs >= faultAtMs) break;
    if (sight.holdsVip) owners.add(sight.host);
    else owners.delete(sight.host);
  }
  return [...owners][0];
}
