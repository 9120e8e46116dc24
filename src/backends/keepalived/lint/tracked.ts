import type { Configuration, Statement } from '../configuration.ts';
import { nameOf, ownStatement, ownStatements } from '../instances.ts';

/** A script that an instance tracks. */
export interface TrackedScript {
  readonly name: string;
  /** 0: its failure is a fault; anything else is added to the priority. */
  readonly weight: number;
  readonly at: Statement;
  /** Its vrrp_script; absent when there is none. */
  readonly script?: Statement;
}

export function scriptsIn({ statements }: Configuration): readonly Statement[] {
  return statements.filter(({ keyword }) => keyword === 'vrrp_script');
}

/** The scripts of an instance, each with the weight that counts there: its own in track_script, else the script's. */
export function trackedScripts(configuration: Configuration, instance: Statement): readonly TrackedScript[] {
  const scripts = new Map(scriptsIn(configuration).map((script) => [nameOf(script), script]));
  return ownStatements(instance, 'track_script')
    .flatMap((statement) => statement.block ?? [])
    .map((at) => {
      const script = scripts.get(at.keyword);
      const own = at.words[at.words.indexOf('weight') + 1];
      const general = script === undefined ? undefined : ownStatement(script, 'weight')?.words[0];
      const weight = Number((at.words.includes('weight') ? own : general) ?? 0);
      return { name: at.keyword, weight, at, ...(script === undefined ? {} : { script }) };
    });
}
