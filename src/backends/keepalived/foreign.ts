import type { IpAddress } from '../../domain/address.ts';
import { parseInterfaceName, type InterfaceName } from '../../domain/names.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { parsePriority, parseVrid, type Priority, type Vrid } from '../../domain/vrrp.ts';
import { allStatements, parseConfiguration, type Configuration, type Statement } from './configuration.ts';
import {
  addressesIn,
  globalStatement,
  instancesIn,
  nameOf,
  ownStatement,
  ownStatements,
} from './instances.ts';
import { MARK, SCRIPT_USER } from './layout.ts';

/** What somebody else's keepalived.conf does with the VIP. */
export interface ForeignRouter {
  /** Its vrrp_instance. */
  readonly name: string;
  readonly vrid: Vrid;
  readonly priority: Priority;
  readonly interface: InterfaceName;
  /** All addresses that it moves. */
  readonly vips: readonly IpAddress[];
  /** Everything in the file that has nothing to do with it, ready to be included; empty when there is nothing. */
  readonly kept: string;
}

/** Reads the part of a keepalived.conf that moves the VIP, or says why it cannot be taken over. */
export function foreignRouter(text: string, vip: IpAddress): Result<ForeignRouter, string> {
  const configuration = parseConfiguration(text);
  const unreadable = problemOf(configuration);
  if (unreadable !== undefined) return err(unreadable);
  const instance = instanceWith(configuration, vip);
  if (instance === undefined || nameOf(instance) === '') return err(`no vrrp_instance in it has ${vip}`);
  const name = nameOf(instance);
  const vrid = parseVrid(Number(valueOf(instance, 'virtual_router_id')));
  const priority = parsePriority(Number(valueOf(instance, 'priority') ?? DEFAULT_PRIORITY));
  const device = parseInterfaceName(valueOf(instance, 'interface'));
  if (!vrid.ok) return err(`vrrp_instance ${name}: virtual_router_id: ${vrid.error}`);
  if (!priority.ok) return err(`vrrp_instance ${name}: priority: ${priority.error}`);
  if (!device.ok) return err(`vrrp_instance ${name} names no interface`);
  const group = configuration.statements.find((statement) => isGroupOf(statement, name));
  if (group !== undefined && groupOf(group).length > 1)
    return err(`vrrp_sync_group ${nameOf(group)} ties ${name} to other instances`);
  return ok({
    name,
    vrid: vrid.value,
    priority: priority.value,
    interface: device.value,
    vips: addressesOf(instance),
    kept: keptText(text, configuration, instance),
  });
}

/**
 * The part of a configuration that makes its virtual router what it is: of several instances the one that has the VIP. A
 * text that cannot be read is all of it.
 */
export function routerPart(text: string, vip: IpAddress): string {
  if (text.includes(MARK)) return text;
  const configuration = parseConfiguration(text);
  const instance = problemOf(configuration) === undefined ? instanceWith(configuration, vip) : undefined;
  if (instance === undefined) return text;
  const globals = configuration.statements.filter(({ keyword }) => keyword === 'global_defs');
  return [...globals, instance].map(({ from, to }) => text.slice(from, to)).join('\n');
}

/**
 * What keeps a file from being taken over as it is written. What keepalived only decides when it reads it (definitions,
 * conditions, sequences) would have to be guessed, and a guess would move the wrong address.
 */
function problemOf({ statements, problems }: Configuration): string | undefined {
  const [problem] = problems;
  if (problem !== undefined) return `line ${problem.line}: ${problem.message}`;
  for (const { keyword, words, line } of allStatements(statements)) {
    const dynamic = [keyword, ...words].find((word) => /^[$@~]|\$\{/.test(word));
    if (dynamic !== undefined)
      return `line ${line}: ${dynamic} stands for what keepalived only knows when it reads it`;
  }
  return undefined;
}

/** The instance that moves the VIP, whether its adverts name it or not. */
function instanceWith(configuration: Configuration, vip: IpAddress): Statement | undefined {
  return instancesIn(configuration).find((instance) => addressesOf(instance).includes(vip));
}

function addressesOf(instance: Statement): readonly IpAddress[] {
  return ['virtual_ipaddress', 'virtual_ipaddress_excluded'].flatMap((keyword) =>
    addressesIn(instance, keyword).map(({ address }) => address),
  );
}

function valueOf(block: Statement, keyword: string): string | undefined {
  return ownStatement(block, keyword)?.words[0];
}

function isGroupOf(statement: Statement, name: string): boolean {
  return statement.keyword === 'vrrp_sync_group' && groupOf(statement).includes(name);
}

/** The instances of a vrrp_sync_group, each on its line or all on one. */
function groupOf(statement: Statement): readonly string[] {
  return ownStatements(statement, 'group').flatMap(({ block = [] }) =>
    block.flatMap(({ keyword, words }) => [keyword, ...words]),
  );
}

/**
 * Statements that go on beside ours. What `global_defs` said for them stands in them: there it is ours from now on. A script that
 * only the instance ran would be complained of.
 */
function keptText(text: string, configuration: Configuration, instance: Statement): string {
  const others = configuration.statements.filter(
    (statement) =>
      statement !== instance &&
      statement.keyword !== 'global_defs' &&
      !isGroupOf(statement, nameOf(instance)),
  );
  const isUsed = (name: string): boolean =>
    others
      .filter(({ keyword }) => ['vrrp_instance', 'vrrp_sync_group'].includes(keyword))
      .flatMap((other) => ownStatements(other, 'track_script'))
      .some(({ block = [] }) => block.some(({ keyword }) => keyword === name));
  return others
    .filter((statement) => statement.keyword !== 'vrrp_script' || isUsed(nameOf(statement)))
    .map((statement) => withGlobals(text, statement, configuration))
    .join('\n\n');
}

/** An instance keeps its version of VRRP, a script its user. */
function withGlobals(text: string, statement: Statement, configuration: Configuration): string {
  const raw = text.slice(statement.from, statement.to);
  const insert = (line: string): string => raw.replace('{', () => `{\n    ${line}`);
  if (statement.keyword === 'vrrp_instance' && ownStatement(statement, 'version') === undefined) {
    const version = globalStatement(configuration, 'vrrp_version')?.words[0] ?? DEFAULT_VERSION;
    // IPv6 has no version 2, whatever the default is.
    return addressesOf(statement)[0]?.includes(':') === true ? raw : insert(`version ${version}`);
  }
  if (statement.keyword === 'vrrp_script' && ownStatement(statement, 'user') === undefined) {
    const user = globalStatement(configuration, 'script_user')?.words.join(' ');
    return insert(`user ${user ?? SCRIPT_USER}`);
  }
  return raw;
}

/** keepalived.conf(5), for what is not written. */
const DEFAULT_PRIORITY = '100';
const DEFAULT_VERSION = '2';
