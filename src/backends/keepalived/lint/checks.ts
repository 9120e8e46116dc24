import type { Statement } from '../configuration.ts';
import { PATHS, SCRIPT_USER } from '../layout.ts';
import { error, warning, type Finding, type Linted, type Rule } from './finding.ts';
import { globalStatement, instanceOf, instancesIn, nameOf, ownStatement } from '../instances.ts';
import { scriptsIn, trackedScripts } from './tracked.ts';

/** What takes the health check away, or lets it decide nothing: keepalived says one line in its log and goes on without. */
export const checkRules: readonly Rule[] = [security, tracking, untracked, weights, paths];

function security({ configuration }: Linted): readonly Finding[] {
  const user = globalStatement(configuration, 'script_user');
  const users = scriptsIn(configuration).flatMap((script) => ownStatement(script, 'user') ?? []);
  const isSecure = globalStatement(configuration, 'enable_script_security') !== undefined;
  return [
    ...(isSecure
      ? []
      : [
          error(
            undefined,
            'enable_script_security is missing in global_defs: checks would run as root, whoever may change them',
          ),
        ]),
    ...[...(user === undefined ? [] : [user]), ...users].flatMap((statement) => {
      const [name = ''] = statement.words;
      if (name === SCRIPT_USER) return [];
      const message =
        name === 'root' ? 'a check needs no root' : `konvoy-ha does not make the account ${name}`;
      return [warning(statement, message, `write ${statement.keyword} {{scriptUser}}`)];
    }),
  ];
}

function tracking({ configuration, vip }: Linted): readonly Finding[] {
  const unknown = instancesIn(configuration).flatMap((instance) =>
    trackedScripts(configuration, instance)
      .filter(({ script }) => script === undefined)
      .map(({ name, at }) => error(at, `there is no vrrp_script ${name}: it would be left out`)),
  );
  const instance = instanceOf(configuration, vip);
  if (instance === undefined || trackedScripts(configuration, instance).length > 0) return unknown;
  const message = 'nothing is tracked: the VIP stays on a host whose API server is dead';
  return [...unknown, warning(ownStatement(instance, 'track_script') ?? instance, message)];
}

function untracked({ configuration }: Linted): readonly Finding[] {
  const tracked = new Set(
    instancesIn(configuration).flatMap((instance) =>
      trackedScripts(configuration, instance).map(({ name }) => name),
    ),
  );
  return scriptsIn(configuration)
    .filter((script) => !tracked.has(nameOf(script)))
    .map((script) => warning(script, `no instance tracks ${nameOf(script)}: it decides nothing`));
}

function weights({ configuration, prioritySpread }: Linted): readonly Finding[] {
  return instancesIn(configuration).flatMap((instance) =>
    trackedScripts(configuration, instance).flatMap(({ name, weight, at, script }) => {
      const place = at.words.includes('weight')
        ? at
        : ((script === undefined ? undefined : ownStatement(script, 'weight')) ?? at);
      if (!Number.isInteger(weight) || Math.abs(weight) > 253)
        return [error(place, `the weight of ${name} is not from -253 to 253`)];
      if (weight === 0 || Math.abs(weight) > prioritySpread) return [];
      return [
        error(
          place,
          `the weight of ${name} is ${weight}, and the priorities are ${prioritySpread} apart: the VIP would stay where the check fails`,
          'write weight -{{readyWeight}}, which is more than they can be apart',
        ),
      ];
    }),
  );
}

function paths({ configuration }: Linted): readonly Finding[] {
  return scriptsIn(configuration).flatMap((script) => {
    const statement = ownStatement(script, 'script');
    if (statement === undefined) return [error(script, `${nameOf(script)} has no script`)];
    return pathFindings(statement);
  });
}

function pathFindings(statement: Statement): readonly Finding[] {
  const [path = ''] = (statement.words[0] ?? '').split(/\s/);
  if (path === PATHS.live || path === PATHS.ready) return [];
  if (!path.startsWith('/')) return [error(statement, `${JSON.stringify(path)} is no absolute path`)];
  return [
    warning(
      statement,
      `konvoy-ha does not write ${path}: it has to be on every host, and executable`,
      `a file that others than root can write is not run; ${PATHS.scripts} is a good place`,
    ),
  ];
}
