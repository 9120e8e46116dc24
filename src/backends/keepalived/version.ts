/** A release of keepalived as numbers: `2.2.7` is [2, 2, 7]. */
export type Release = readonly number[];

/** The release in a version of `keepalived --version` or of a package, whose epoch and revision do not count; undefined when there is none. */
export function releaseOf(version: string): Release | undefined {
  const numbers = /^(?:\d+:)?(?<release>\d+(?:\.\d+)+)/.exec(version)?.groups?.['release'];
  return numbers?.split('.').map(Number);
}

/** Whether a release is that one or a later one; numbers that are missing count as 0. */
export function isAtLeast(release: Release, least: string): boolean {
  return compare(release, releaseOf(least) ?? []) >= 0;
}

/** The oldest of some releases; undefined of none. */
export function earliest(releases: readonly Release[]): Release | undefined {
  return releases.toSorted(compare)[0];
}

function compare(one: Release, other: Release): number {
  const length = Math.max(one.length, other.length);
  const differences = Array.from({ length }, (_, index) => (one[index] ?? 0) - (other[index] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}
