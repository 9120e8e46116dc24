import type { IpAddress } from '../../domain/address.ts';
import { probeScript, stdoutOf, type CommandResult, type Probe } from '../../domain/command.ts';
import type { RouterMode } from '../../domain/intent.ts';
import type { HostName, InterfaceName } from '../../domain/names.ts';
import { REACH } from './reach-script.ts';

/** A host as its peers are to hear it. */
export interface Station {
  readonly host: HostName;
  readonly interface: InterfaceName;
  readonly source: IpAddress;
  readonly mode: RouterMode;
}

/** `link`: what lets in the listener; `stack`: what lets out the speaker as well. */
export type Way = 'link' | 'stack';

/** How a test goes. */
export interface Listening {
  readonly way: Way;
  /** Names the test, so that it does not hear another. */
  readonly run: string;
  /** Seconds in which all have begun. */
  readonly least: number;
  /** Seconds after which who was not heard counts as not heard. */
  readonly most: number;
}

/** Asks a host whom of `peers` it hears; all of them have to be asked at the same time. */
export function reachProbe(
  station: Station,
  peers: readonly IpAddress[],
  { way, run, least, most }: Listening,
): Probe {
  const times = [String(least), String(most)];
  return probeScript(REACH, way, station.mode, station.interface, station.source, run, ...times, ...peers);
}

/** The addresses that a host has heard; undefined when it could not be tested. */
export function heardIn(result: CommandResult | undefined): ReadonlySet<string> | undefined {
  if (result?.exitCode !== 0) return undefined;
  const lines = stdoutOf(result).split('\n');
  if (lines.includes('untested')) return undefined;
  return new Set(lines.flatMap((line) => /^heard (\S+)$/.exec(line)?.[1] ?? []));
}
