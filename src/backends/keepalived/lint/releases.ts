import { PASSWORD_HINT, PASSWORD_REFUSED } from '../../../domain/vrrp.ts';
import { statementsOf } from '../configuration.ts';
import { KEYWORD_SINCE } from '../keywords.ts';
import { isAtLeast } from '../version.ts';
import { error, type Finding, type Linted, type Rule } from './finding.ts';
import { ownStatement } from '../instances.ts';
import { scriptsIn } from './tracked.ts';

/** What the keepalived of the host does not know, and how hosts may not prove who they are. */
export const releaseRules: readonly Rule[] = [tooNew, intervals, passwords, hmac];

function tooNew({ configuration: { statements }, release }: Linted): readonly Finding[] {
  if (release === undefined) return [];
  return statementsOf(statements, ...KEYWORD_SINCE.keys()).flatMap((statement) => {
    const since = KEYWORD_SINCE.get(statement.keyword);
    // That one has to do with all hosts, below.
    if (since === undefined || statement.keyword === 'auth_hmac' || isAtLeast(release, since)) return [];
    const what = `${statement.keyword} is known since keepalived ${since}, and this host has ${release.join('.')}`;
    const cost = statement.block === undefined ? '' : ': it would skip the rest of the block around it';
    return [error(statement, `${what}${cost}`, `leave it out, or bring every host to ${since} first`)];
  });
}

function intervals({ configuration, release }: Linted): readonly Finding[] {
  if (release === undefined || isAtLeast(release, '2.3.2')) return [];
  return scriptsIn(configuration)
    .flatMap((script) => [ownStatement(script, 'interval'), ownStatement(script, 'timeout')])
    .flatMap((statement) => {
      if (statement === undefined || Number.isInteger(Number(statement.words[0] ?? 1))) return [];
      const what = `${statement.keyword} is cut to whole seconds by keepalived ${release.join('.')}`;
      return [error(statement, what, 'parts of a second count since 2.3.2')];
    });
}

function passwords({ configuration: { statements } }: Linted): readonly Finding[] {
  return statementsOf(statements, 'authentication').map((statement) =>
    error(
      statement,
      PASSWORD_REFUSED,
      PASSWORD_HINT,
      'auth_hmac signs adverts, where every host has keepalived 2.4.3 or later',
    ),
  );
}

function hmac({ configuration: { statements }, oldestRelease }: Linted): readonly Finding[] {
  if (oldestRelease !== undefined && isAtLeast(oldestRelease, HMAC_SINCE)) return [];
  const there =
    oldestRelease === undefined ? 'what each host has is not known' : `one has ${oldestRelease.join('.')}`;
  return statementsOf(statements, 'auth_hmac').map((statement) =>
    error(
      statement,
      `auth_hmac needs keepalived ${HMAC_SINCE} on every host, and ${there}`,
      'older ones do not know it, or sign in a way that others do not understand',
    ),
  );
}

const HMAC_SINCE = KEYWORD_SINCE.get('auth_hmac') ?? '2.4.3';
