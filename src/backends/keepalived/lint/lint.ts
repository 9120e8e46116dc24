import type { Diagnostic } from '../../../domain/error.ts';
import type { HostName } from '../../../domain/names.ts';
import { parseConfiguration } from '../configuration.ts';
import { PATHS } from '../layout.ts';
import { addressRules } from './addresses.ts';
import { agreementRules } from './agreement.ts';
import { checkRules } from './checks.ts';
import { electionRules } from './election.ts';
import type { Finding, Linted } from './finding.ts';
import { releaseRules } from './releases.ts';
import { syntaxRules } from './syntax.ts';

/**
 * Everything in a keepalived.conf that would hurt on its host, errors and warnings, in the order of its lines. Most of it
 * `keepalived -t` takes without a word.
 */
export function lintConfiguration(text: string, host: Omit<Linted, 'configuration'>): readonly Diagnostic[] {
  const linted = { ...host, configuration: parseConfiguration(text) };
  const findings = RULES.flatMap((rule) => rule(linted));
  const lines = text.split('\n');
  return findings
    .toSorted((one, other) => (one.at?.line ?? 0) - (other.at?.line ?? 0))
    .map((finding) => diagnosticOf(finding, lines, host.router.host));
}

function diagnosticOf(
  { severity, message, hints, at }: Finding,
  lines: readonly string[],
  host: HostName,
): Diagnostic {
  // What is about the whole file is shown at its first line.
  const { line, column } = at ?? { line: 1, column: 1 };
  const text = lines[line - 1] ?? '';
  const length = Math.max(1, text.trimEnd().length - column + 1);
  const span = { file: PATHS.conf, line, column, length, text: SECRET.test(text) ? '' : text };
  return { severity, message, hints, host, span };
}

const RULES = [
  ...syntaxRules,
  ...agreementRules,
  ...electionRules,
  ...checkRules,
  ...addressRules,
  ...releaseRules,
];

const SECRET = /\bauth_pass\b|\bkey\b|secret|password/i;
