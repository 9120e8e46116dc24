import { probeScript, probe, stderrOf, stdoutOf } from '../../domain/command.ts';
import type { KeepalivedFacts } from '../../domain/facts.ts';
import type { RouterState } from '../../domain/vrrp.ts';
import type { Fact } from '../../facts/fact.ts';
import { PLATFORMS } from '../../platform/platform.ts';
import { PACKAGE, PATHS } from './layout.ts';

/** Facts come in the round trip that tells what platform it is: the first one is asked, and others answer nothing. */
const PACKAGES = PLATFORMS[0].packages;

/** The installed version or the one that would be, and the last state the notify script was told. */
export const keepalivedFact: Fact<KeepalivedFacts> = {
  probes: [
    probeScript('command -v keepalived >/dev/null 2>&1 && keepalived --version 2>&1; true'),
    probe('cat', PATHS.state),
    PACKAGES.queryCandidate(PACKAGE),
  ],
  parse: ([versionResult, stateResult, candidateResult]) => {
    const text = versionResult === undefined ? '' : stdoutOf(versionResult) + stderrOf(versionResult);
    const version = /^Keepalived v(?<version>\d+(?:\.\d+)+)/m.exec(text)?.groups?.['version'];
    const [word = '', since = ''] = stateResult === undefined ? [] : stdoutOf(stateResult).trim().split(' ');
    const candidate = candidateResult === undefined ? undefined : PACKAGES.parseCandidate(candidateResult);
    return {
      ...(version === undefined ? {} : { version }),
      ...(candidate === undefined || version !== undefined ? {} : { candidate }),
      state: STATES.get(word) ?? 'unknown',
      ...(/^\d+$/.test(since) ? { stateSince: Number(since) } : {}),
    };
  },
};

const STATES: ReadonlyMap<string, RouterState> = new Map([
  ['MASTER', 'active'],
  ['BACKUP', 'backup'],
  ['FAULT', 'fault'],
  ['STOP', 'stopped'],
]);
