import { allStatements } from '../configuration.ts';
import { error, warning, type Finding, type Rule } from './finding.ts';
import { globalStatement, instancesIn, nameOf } from '../instances.ts';

/** What keepalived would read otherwise than it is written, and what cannot be looked into. */
export const syntaxRules: readonly Rule[] = [
  ({ configuration }) => configuration.problems.map((problem) => error(problem, problem.message)),
  ({ configuration }) => (instancesIn(configuration).length > 0 ? [] : [error(undefined, NO_INSTANCE)]),
  repeatedNames,
  ({ configuration: { statements } }) =>
    allStatements(statements)
      .filter(({ keyword }) => DYNAMIC.test(keyword))
      .map((statement) =>
        warning(
          statement,
          `what ${statement.keyword} makes of this file is not looked at`,
          'write out what it stands for: konvoy-ha renders the file for each host',
        ),
      ),
  ({ configuration }) =>
    ['net_namespace', 'instance'].flatMap((keyword) => {
      const statement = globalStatement(configuration, keyword);
      if (statement === undefined) return [];
      return [error(statement, `${keyword} hides keepalived: konvoy-ha looks for it at /run/keepalived.pid`)];
    }),
];

function repeatedNames({ configuration: { statements } }: Parameters<Rule>[0]): readonly Finding[] {
  const seen = new Map<string, number>();
  return statements.flatMap((statement) => {
    const what = `${statement.keyword} ${nameOf(statement)}`;
    const before = NAMED.includes(statement.keyword) ? seen.get(what) : undefined;
    seen.set(what, statement.line);
    if (before === undefined) return [];
    return [error(statement, `${what} is there already, in line ${before}`, 'give each a name of its own')];
  });
}

const NAMED = ['vrrp_instance', 'vrrp_script', 'vrrp_sync_group'];

/** Includes, lines for some hosts only, definitions and sequences (keepalived.conf(5), "Configuration parser"). */
const DYNAMIC = /^(?:include[rmwba]?$|@|\$|~)/;

const NO_INSTANCE = 'there is no vrrp_instance: nothing would move the VIP';
