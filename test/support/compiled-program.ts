import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { temporaryDirectory } from './temporary-directory.ts';

/** The program as node runs it without the tests around it: for what only a process of its own can show. */
export interface CompiledProgram extends AsyncDisposable {
  /** The directory with `main.js`. */
  readonly path: string;
}

/** Compiles src/ without checking it, which is done elsewhere: a second, not ten. */
export async function compiledProgram(): Promise<CompiledProgram> {
  const directory = await temporaryDirectory();
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const sources = join(root, 'src');
  const out = join(directory.path, 'dist');
  for (const name of await readdir(sources, { recursive: true })) {
    if (!name.endsWith('.ts')) continue;
    const { outputText } = ts.transpileModule(await readFile(join(sources, name), 'utf8'), {
      compilerOptions: OPTIONS,
      fileName: name,
    });
    const path = join(out, name.replace(/\.ts$/, '.js'));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, outputText);
  }
  for (const name of ['package.json', 'node_modules', 'templates'])
    await symlink(join(root, name), join(directory.path, name));
  return { path: out, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() };
}

const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.ESNext,
  target: ts.ScriptTarget.ES2023,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
};
