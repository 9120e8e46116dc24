import { probeScript, probe, stderrOf, stdoutOf } from '../../domain/command.ts';
import type { KeepalivedFacts } from '../../domain/facts.ts';
import type { RouterState } from '../../domain/vrrp.ts';
import type { Fact } from '../../facts/fact.ts';
import { parseDrained } from './drain.ts';
import { PATHS } from './layout.ts';

/** The installed version, the last state the notify script was told, and whether the host is drained. */
export const keepalivedFact: Fact<KeepalivedFacts> = {
  probes: [
    probeScript('command -v keepalived >/dev/null 2>&1 && keepalived --version 2>&1; true'),
    probe('cat', PATHS.state),
    probe('cat', PATHS.drained),
  ],
  parse: ([versionResult, stateResult, drainedResult]) => {
    const text = versionResult === undefined ? '' : stdoutOf(versionResult) + stderrOf(versionResult);
    const version = /^Keepalived v(?<version>\d+(?:\.\d+)+)/m.exec(text)?.groups?.['version'];
    const [word = '', since = ''] = stateResult === undefined ? [] : stdoutOf(stateResult).trim().split(' ');
    return {
      ...(version === undefined ? {} : { version }),
      state: STATES.get(word) ?? 'unknown',
      ...(/^\d+$/.test(since) ? { stateSince: Number(since) } : {}),
      ...(drainedResult?.exitCode === 0 ? { drained: parseDrained(stdoutOf(drainedResult)) } : {}),
    };
  },
};

const STATES: ReadonlyMap<string, RouterState> = new Map([
  ['MASTER', 'active'],
  ['BACKUP', 'backup'],
  ['FAULT', 'fault'],
  ['STOP', 'stopped'],
]);
