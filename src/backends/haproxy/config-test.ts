import { mutate, stderrOf, stdoutOf, type CommandResult, type Mutation } from '../../domain/command.ts';
import { PATHS } from './layout.ts';

/** Asks haproxy or nft, whichever reads the file `path` in the end, whether it would take `candidate`. */
export function testConfiguration(path: string, candidate: string): Mutation {
  return path === PATHS.conf
    ? mutate('haproxy', '-c', '-f', candidate)
    : mutate('nft', '-c', '-f', candidate);
}

/** What is wrong with it, or `undefined`. A warning is no problem: both exit with 0 then. */
export function configurationProblem(result: CommandResult): string | undefined {
  if (result.exitCode === 0) return undefined;
  const said = `${stdoutOf(result)}${stderrOf(result)}`.trim();
  return said === '' ? `the test exited with ${result.exitCode}` : said;
}
