import type { Diagnostic } from '../../../domain/error.ts';
import type { IpAddress } from '../../../domain/address.ts';
import type { RouterMode } from '../../../domain/intent.ts';
import type { HostRouter } from '../../../domain/plan.ts';
import type { Configuration, Statement } from '../configuration.ts';
import type { Release } from '../version.ts';

/** What is wrong in a keepalived.conf and where; without a place it is about the whole file. */
export interface Finding {
  readonly severity: Diagnostic['severity'];
  readonly message: string;
  readonly hints: readonly string[];
  readonly at?: Pick<Statement, 'line' | 'column'>;
}

/** A keepalived.conf with what was decided for the host that it is for. */
export interface Linted {
  readonly configuration: Configuration;
  readonly router: HostRouter;
  readonly vip: IpAddress;
  readonly additionalVips: readonly IpAddress[];
  readonly mode: RouterMode;
  readonly advertIntervalMs: number;
  /** How far the highest and the lowest priority of the hosts are apart. */
  readonly prioritySpread: number;
  /** The release that is on the host or would be installed there; absent when nobody can tell. */
  readonly release?: Release;
  /** The oldest release on any host; absent when it is not known of each of them. */
  readonly oldestRelease?: Release;
}

/** One kind of mistake, looked for in the whole file. */
export type Rule = (linted: Linted) => readonly Finding[];

export function error(at: Finding['at'], message: string, ...hints: readonly string[]): Finding {
  return { severity: 'error', message, hints, ...(at === undefined ? {} : { at }) };
}

export function warning(at: Finding['at'], message: string, ...hints: readonly string[]): Finding {
  return { severity: 'warning', message, hints, ...(at === undefined ? {} : { at }) };
}
