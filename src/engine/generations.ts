import { createHash } from 'node:crypto';
import {
  mutate,
  mutateScript,
  probeScript,
  stdoutOf,
  type CommandResult,
  type Mutation,
  type Probe,
} from '../domain/command.ts';
import { KonvoyError } from '../domain/error.ts';
import type {
  BeforeEntry,
  DamagedGeneration,
  Generation,
  GenerationHead,
  Recorded,
} from '../domain/generation.ts';
import type { ClusterName, HostName } from '../domain/names.ts';
import type { Resource } from '../domain/resource.ts';
import { writeFile } from '../resources/file.ts';

/** Generations that stay on a host; older ones are pruned. */
export const GENERATIONS_KEPT = 10;

/** Asks for the heads of all generations and the whole of the latest. */
export function recordedProbe(cluster: ClusterName): Probe {
  return probeScript(READ_RECORDED, STORE, cluster);
}

/** Asks for one whole generation; fails when it is damaged. */
export function generationProbe(cluster: ClusterName, number: number): Probe {
  return probeScript(READ_ONE, generationPath(cluster, number));
}

/** What was recorded of a cluster on a host, from the answer to `recordedProbe`. */
export function parseRecorded(result: CommandResult, { host, cluster }: RecordedOf): Recorded {
  const heads: GenerationHead[] = [];
  const damaged: DamagedGeneration[] = [];
  const foreignClusters: string[] = [];
  let latest: Generation | undefined;
  for (const line of stdoutOf(result).split('\n')) {
    const at = line.indexOf(' ');
    const [word, rest] = [line.slice(0, at), line.slice(at + 1)];
    if (word === 'foreign') foreignClusters.push(rest);
    if (word === 'head') heads.push(parseJson(rest, host) as GenerationHead);
    if (word === 'damaged') damaged.push(parseDamaged(rest, cluster));
    if (word === 'latest') latest = parseGeneration(rest, host);
  }
  return {
    heads: heads.toSorted((a, b) => a.number - b.number),
    damaged: damaged.toSorted((a, b) => a.number - b.number),
    foreignClusters,
    ...(latest === undefined ? {} : { latest }),
  };
}

/** Whose generations they are, and where. */
interface RecordedOf {
  readonly host: HostName;
  readonly cluster: ClusterName;
}

/** The refusal to take anything from a generation that is not what was recorded. */
export function damagedGeneration(host: HostName, { number, files }: DamagedGeneration): KonvoyError {
  return new KonvoyError(
    `generation ${number} on ${host} is damaged: ${files.join(', ')} is not what was recorded`,
    {
      code: 'step-failed',
      host,
      hints: [`go back to another one: konvoy-ha history; or move its folder away on ${host}`],
    },
  );
}

/** The one whole generation that `generationProbe` was asked for. */
export function parseGenerationOf(
  result: CommandResult | undefined,
  { host, cluster, number }: RecordedOf & { readonly number: number },
): Generation {
  if (result?.exitCode === 0) return parseGeneration(stdoutOf(result), host);
  throw damagedGeneration(host, { number, files: [`${generationPath(cluster, number)}/generation.json`] });
}

function parseDamaged(line: string, cluster: ClusterName): DamagedGeneration {
  const [number = '', ...files] = line.split(' ');
  const path = generationPath(cluster, Number(number));
  return { number: Number(number), files: files.map((file) => `${path}/${file}`) };
}

function parseGeneration(text: string, host: HostName): Generation {
  const stored = parseJson(text, host) as StoredGeneration;
  return {
    ...stored,
    resources: stored.resources.map(revive),
    before: stored.before.map(({ key, resource }): BeforeEntry =>
      resource === undefined ? { key } : { key, resource: revive(resource) },
    ),
  };
}

/** Writes a generation whole or not at all, and prunes the oldest ones beyond `GENERATIONS_KEPT`. */
export function recordGeneration(generation: Generation): readonly Mutation[] {
  const { resources, before, ...head } = generation;
  const directory = `${STORE}/${generation.cluster}/generations`;
  const draft = `${directory}/.${generation.number}.new`;
  const stored: StoredGeneration = {
    ...head,
    resources: resources.map(freeze),
    before: before.map(({ key, resource }) =>
      resource === undefined ? { key } : { key, resource: freeze(resource) },
    ),
  };
  const files = [
    ['head.json', JSON.stringify(head)],
    ['generation.json', JSON.stringify(stored)],
  ] as const;
  const sums = files.map(([name, text]) => `${sha256(text)}  ${name}\n`).join('');
  return [
    mutateScript('umask 077; rm -rf -- "$1"; mkdir -p -- "$1"', draft),
    ...[...files, ['sums', sums] as const].map(([name, text]) =>
      writeFile(`${draft}/${name}`, privateFile(text)),
    ),
    mutateScript(PUBLISH, draft, directory, String(generation.number), String(GENERATIONS_KEPT)),
  ];
}

/**
 * Takes back a generation that a failed run has recorded, or begun to; nobody else uses its number under the lock. After
 * a first run it also forgets what the notify script was told, or a later run would take that for its own.
 */
export function withdrawGeneration(cluster: ClusterName, number: number): Mutation {
  return mutateScript(WITHDRAW, `${STORE}/${cluster}`, STORE, String(number));
}

/** Keeps a copy of a file that is about to be overwritten and that we did not write. */
export function keepCopy(cluster: ClusterName, runId: string, path: string): Mutation {
  return mutateScript(KEEP, `${STORE}/${cluster}/kept/${runId}`, path);
}

/** Forgets a cluster on a host: all but the copies of what was not ours. Says on stdout what it kept. */
export function forgetCluster(cluster: ClusterName): readonly Mutation[] {
  return [
    mutate('rm', '-rf', '--', `${STORE}/${cluster}/generations`),
    mutateScript(FORGET, `${STORE}/${cluster}`, STORE),
  ];
}

type StoredResource = Exclude<Resource, { kind: 'file' }> | StoredFile;
type StoredFile = Omit<Extract<Resource, { kind: 'file' }>, 'content'> & { readonly base64: string };
type StoredGeneration = GenerationHead & {
  readonly resources: readonly StoredResource[];
  readonly before: readonly { readonly key: BeforeEntry['key']; readonly resource?: StoredResource }[];
};

function freeze(resource: Resource): StoredResource {
  if (resource.kind !== 'file') return resource;
  const { content, ...rest } = resource;
  return { ...rest, base64: Buffer.from(content).toString('base64') };
}

function revive(stored: StoredResource): Resource {
  if (stored.kind !== 'file') return stored;
  const { base64, ...rest } = stored;
  return { ...rest, content: Uint8Array.from(Buffer.from(base64, 'base64')) };
}

function parseJson(text: string, host: HostName): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new KonvoyError(`a generation of konvoy-ha on ${host} cannot be read`, {
      code: 'step-failed',
      host,
      hints: [
        `look at ${STORE} on ${host}; a damaged generation can be moved away, the ones before it still count`,
      ],
      cause,
    });
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function generationPath(cluster: ClusterName, number: number): string {
  return `${STORE}/${cluster}/generations/${number}`;
}

function privateFile(text: string): { content: Uint8Array; mode: number; owner: string; group: string } {
  return { content: new TextEncoder().encode(text), mode: 0o600, owner: 'root', group: 'root' };
}

/** Where everything is kept that has to outlive a run and a reboot. */
export const STORE = '/var/lib/konvoy-ha';

/**
 * Only what is whole is printed: its files are compared with the sums that were recorded with them (sha256sum's own form,
 * for whoever looks by hand). A damaged file could say anything. All sums are taken by one process, however many
 * generations there are: every look at a host waits for this.
 */
const READ_RECORDED = `for dir in "$1"/*/generations; do
  name=\${dir%/generations}; name=\${name##*/}
  [ -d "$dir" ] && [ "$name" != "$2" ] && echo "foreign $name"
done
cd "$1/$2/generations" 2>/dev/null || exit 0
nl='
'
sums=$nl$(exec sha256sum [0-9]*/head.json [0-9]*/generation.json 2>/dev/null)$nl
last=0
for n in [0-9]*; do
  case $n in *[!0-9]*) continue ;; esac
  [ -d "$n" ] || continue
  names='' bad=''
  [ ! -f "$n/sums" ] || while read -r sum file; do
    names="$names $file"
    case $sums in *"$nl$sum  $n/$file$nl"*) ;; *) bad="$bad $file" ;; esac
  done 2>/dev/null <"$n/sums"
  [ "$names" = ' head.json generation.json' ] || bad="$bad sums"
  [ -z "$bad" ] || { echo "damaged $n$bad"; continue; }
  # One line, without its end.
  read -r head <"$n/head.json" || :
  printf 'head %s\\n' "$head"
  [ "$n" -le "$last" ] || last=$n
done
[ "$last" = 0 ] || { printf 'latest '; exec cat "$last/generation.json"; }`;

const READ_ONE = 'cd "$1" && sha256sum -c sums >/dev/null 2>&1 && cat generation.json';

const PUBLISH = `rm -rf -- "$2/$3" && mv -- "$1" "$2/$3" && cd "$2" || exit 1
ls | grep -E '^[0-9]+$' | sort -n | head -n "-$4" | while read -r old; do rm -rf -- "./$old"; done
rm -rf -- ./.[0-9]*.new`;

/** Without a cluster, packages that were replaced are of no use any more. */
const FORGET_STORE = `[ -n "$(ls -- "$2" 2>/dev/null)" ] || rm -rf -- "$2/.packages"
rmdir -- "$2" 2>/dev/null`;

const WITHDRAW = `rm -rf -- "$1/generations/$3" "$1/generations/.$3.new" || exit 1
rmdir -- "$1/generations" "$1" 2>/dev/null
${FORGET_STORE}
[ -d "$1/generations" ] || { rm -f /run/konvoy-ha/state /run/konvoy-ha/.state.*; rmdir /run/konvoy-ha 2>/dev/null; }
exit 0`;

const KEEP = `[ -f "$2" ] || exit 0
umask 077; mkdir -p -- "$1" || exit 1
name=$(printf '%s' "\${2#/}" | tr / _)
cp -p -- "$2" "$1/$name"`;

const FORGET = `rm -f -- "$1/undone"; rmdir -- "$1" 2>/dev/null
[ ! -d "$1" ] || find "$1" -type f
${FORGET_STORE}
rm -f /run/konvoy-ha/state /run/konvoy-ha/.state.*; rmdir /run/konvoy-ha 2>/dev/null
exit 0`;
