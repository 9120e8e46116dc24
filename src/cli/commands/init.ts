import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { inventoryTemplate, type NewHost } from '../../config/scaffold.ts';
import { parseEndpoint } from '../../domain/address.ts';
import { KonvoyError, refusal, type Diagnostic } from '../../domain/error.ts';
import { parseHostName, parseUserName } from '../../domain/names.ts';
import type { Result } from '../../domain/result.ts';
import { EXIT } from '../exit-codes.ts';
import type { CliIo } from '../io.ts';

export interface InitOptions {
  readonly inventory: string;
  readonly endpoint: string;
  readonly controlPlane: string;
  readonly user?: string;
  readonly privateKey?: string;
}

/** `init`: writes an inventory to start from, and never over a file that is there. */
export async function init(io: CliIo, options: InitOptions): Promise<number> {
  const text = inventoryText(options);
  await writeNew(resolve(io.cwd, options.inventory), text);
  io.stdout.write(
    `wrote ${options.inventory}; look at it, then run: konvoy-ha check -i ${options.inventory}\n`,
  );
  return EXIT.done;
}

function inventoryText(options: InitOptions): string {
  const problems: Diagnostic[] = [];
  const take = <T>(flag: string, parsed: Result<T, string>): T | undefined => {
    if (parsed.ok) return parsed.value;
    problems.push({ severity: 'error', message: `${flag}: ${parsed.error}`, hints: [] });
    return undefined;
  };
  const endpoint = take('--endpoint', parseEndpoint(options.endpoint));
  const user = options.user === undefined ? undefined : take('--user', parseUserName(options.user));
  const hosts = options.controlPlane
    .split(',')
    .flatMap((name): readonly NewHost[] =>
      [take('--control-plane', parseHostName(name.trim()))].flatMap((host) =>
        host === undefined ? [] : [{ name: host }],
      ),
    );
  if (endpoint === undefined || problems.length > 0) throw refusal(problems);
  const { privateKey } = options;
  return inventoryTemplate({
    hosts,
    endpoint,
    ...(user === undefined ? {} : { user }),
    ...(privateKey === undefined ? {} : { privateKey }),
  });
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o644);
    await file.writeFile(text);
    await file.close();
  } catch (cause) {
    const exists = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    throw new KonvoyError(exists ? `${path} is there already; nothing was written` : `cannot write ${path}`, {
      code: 'usage',
      hints: [
        exists
          ? 'name another file with -i, or move that one away'
          : 'does the directory exist, and may you write there?',
      ],
      cause,
    });
  }
}
