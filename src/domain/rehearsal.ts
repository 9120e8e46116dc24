import type { HostName } from './names.ts';

/** Who reached the VIP while a host had it for a moment. */
export interface Rehearsal {
  readonly host: HostName;
  /** The other hosts, in inventory order. */
  readonly peers: readonly { readonly host: HostName; readonly reached: boolean }[];
  /** From the machine that runs konvoy-ha, and what came of it in words; absent when it was not asked. */
  readonly here?: { readonly reached: boolean; readonly words: string };
}
