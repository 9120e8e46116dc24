/** `1 host`, `3 hosts`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** A duration for people: `0.4 s`, `12 s`, `2 min 05 s`. */
export function duration(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return wholeSeconds(ms);
}

/** A duration that is still growing: `3 s`, `2 min 05 s`. */
export function wholeSeconds(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/** How long something has lasted, in its largest unit: `45s`, `12m`, `5h`, `3d`. */
export function age(seconds: number): string {
  const since = Math.max(0, Math.floor(seconds));
  if (since < 60) return `${since}s`;
  if (since < 3600) return `${Math.floor(since / 60)}m`;
  return since < 86_400 ? `${Math.floor(since / 3600)}h` : `${Math.floor(since / 86_400)}d`;
}
