import { readSource, type ReadingContext } from '../source-reader.ts';
import { Cursor, type Field } from '../text/cursor.ts';
import type { Problems } from '../text/problems.ts';
import { sourceFile, within, type Place, type SourceFile } from '../text/source.ts';
import type { ScalarNode } from '../text/tree.ts';
import { parseSomeVariables } from './file-variables.ts';
import { mergeVariables, type Variables } from './inventory.ts';
import { parseKeyValues } from './key-value.ts';

/**
 * Reads what `-e` says: `@FILE`, JSON or YAML that begins with a bracket, or
 * `key=value …`. The later one beats the earlier one.
 */
export async function readExtraVariables(
  options: readonly string[],
  home: string,
  context: ReadingContext,
): Promise<Variables> {
  const layers: Variables[] = [];
  for (const [index, option] of options.entries()) {
    const name = options.length === 1 ? '--extra-vars' : `--extra-vars #${index + 1}`;
    const source = sourceFile(name, context.cwd, option, { vault: context.vault });
    layers.push(await readOption(option, source, { home, context }));
  }
  return mergeVariables(layers);
}

async function readOption(
  option: string,
  source: SourceFile,
  { home, context }: { readonly home: string; readonly context: ReadingContext },
): Promise<Variables> {
  switch (option[0]) {
    case undefined:
      return new Map();
    case '@': {
      const file = await readSource(option.slice(1).replace(/^~(?=\/)/, home), context);
      return file === undefined ? new Map() : parseSomeVariables(file, context.problems);
    }
    case '/':
    case '.':
      context.problems.error('this looks like a path', wholeOf(source), `write @${option}`);
      return new Map();
    case '[':
    case '{':
      return parseSomeVariables(source, context.problems);
    default:
      return readKeyValues(source, context.problems);
  }
}

function readKeyValues(source: SourceFile, problems: Problems): Variables {
  const pairs = parseKeyValues(source.text);
  if (!pairs.ok) {
    problems.error(pairs.error, wholeOf(source));
    return new Map();
  }
  return new Map(
    pairs.value.map(({ key, value }): [string, Field] => {
      const place = within(wholeOf(source), value);
      const node: ScalarNode = { kind: 'scalar', place, text: value, isNull: false, value };
      const keyPlace = within(wholeOf(source), `${key}=`);
      return [key, { key, keyPlace, value: new Cursor(node, key, problems) }];
    }),
  );
}

function wholeOf(source: SourceFile): Place {
  return { source, start: 0, end: source.text.length };
}
