import {
  calls,
  hasDefaultExport,
  hasStarExport,
  importedNames,
  importsOf,
  stringsOf,
  usesGlobal,
  type SourceFile,
} from './source-tree.ts';

/** What one layer may know. */
export interface Layer {
  /** Layers it may import besides itself; `layer/file.ts` allows that one file only. */
  readonly layers: readonly string[];
  readonly packages: readonly string[];
  /** Node's own modules; `net:isIPv4,isIPv6` allows those names only. */
  readonly builtins: readonly string[];
}

/** The layers by folder; a file at the root of the tree is a layer of its own. */
export type LayerTable = Readonly<Record<string, Layer>>;

/** The first folder of a path, or the name of a file at the root: `plan/diff.ts` is of `plan`, `main.ts` of `main`. */
export function layerOf(path: string): string {
  return (path.split('/')[0] ?? '').replace(/\.ts$/, '');
}

/** Every import that the table does not allow. */
export function forbiddenImports(files: readonly SourceFile[], table: LayerTable): readonly string[] {
  const paths = new Set(files.map((file) => file.path));
  return files.flatMap((file) => {
    const layer = table[layerOf(file.path)];
    if (layer === undefined) return [`${file.path} is in no layer of the table`];
    return importsOf(file)
      .filter((imported) => !mayImport(file, layer, imported) || (isSource(imported) && !paths.has(imported)))
      .map((imported) => `${file.path} imports ${imported}`);
  });
}

/** Groups of files that import each other in a circle, each as `a -> b -> a`. */
export function importCycles(files: readonly SourceFile[]): readonly string[] {
  const edges = new Map(files.map((file) => [file.path, importsOf(file).filter(isSource)]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const follow = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) cycles.push([...trail.slice(at), path].join(' -> '));
    if (at >= 0 || done.has(path)) return;
    for (const next of edges.get(path) ?? []) follow(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) follow(path, []);
  return cycles;
}

/** A thing that only some files may do: how to see it, and where it may be seen. */
export interface Reservation {
  readonly what: string;
  readonly in: readonly string[];
  readonly seenIn: (file: SourceFile) => boolean;
}

/** Every file that does what is reserved to others; a place is a folder, a file or both. */
export function breaches(files: readonly SourceFile[], reservation: Reservation): readonly string[] {
  const isAllowed = ({ path }: SourceFile): boolean =>
    reservation.in.some((place) => path === place || path.startsWith(`${place}/`));
  return files
    .filter((file) => !isAllowed(file) && reservation.seenIn(file))
    .map((file) => `${file.path}: ${reservation.what}`);
}

export function global(name: string, ...places: readonly string[]): Reservation {
  return { what: `uses ${name}`, in: places, seenIn: (file) => usesGlobal(file, name) };
}

export function call(name: string, ...places: readonly string[]): Reservation {
  return { what: `calls ${name}()`, in: places, seenIn: (file) => calls(file, name) };
}

/** Words of an operating system or of keepalived in texts; comments may say them. */
export function words(pattern: RegExp, ...places: readonly string[]): Reservation {
  return {
    what: `says ${pattern.source}`,
    in: places,
    seenIn: (file) => stringsOf(file).some((text) => pattern.test(text)),
  };
}

export const DEFAULT_EXPORT: Reservation = { what: 'has a default export', in: [], seenIn: hasDefaultExport };
export const STAR_EXPORT: Reservation = { what: 'exports *', in: [], seenIn: hasStarExport };

function mayImport(file: SourceFile, layer: Layer, imported: string): boolean {
  if (isSource(imported)) {
    return (
      layerOf(imported) === layerOf(file.path) ||
      layer.layers.some((allowed) => allowed === imported || allowed === layerOf(imported))
    );
  }
  if (!imported.startsWith('node:'))
    return layer.packages.some((allowed) => allowedHere(allowed, file, imported));
  return layer.builtins.some((allowed) => {
    const [name, only] = allowed.split(':');
    if (`node:${name ?? ''}` !== imported) return false;
    return (
      only === undefined || importedNames(file, imported).every((used) => only.split(',').includes(used))
    );
  });
}

/** `ssh2 in transport/ssh` allows a package below one folder of the layer only. */
function allowedHere(allowed: string, file: SourceFile, imported: string): boolean {
  const [name, place] = allowed.split(' in ');
  return name === imported && (place === undefined || file.path.startsWith(`${place}/`));
}

/** A file of this tree, not a package: packages have no extension. */
function isSource(imported: string): boolean {
  return imported.endsWith('.ts');
}
