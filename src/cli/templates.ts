import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Views } from '../backends/backends.ts';
import {
  MARK_LINE,
  TEMPLATE_NAMES,
  TEMPLATES,
  type TemplateContract,
  type TemplateName,
} from '../backends/templates.ts';
import { disk } from '../config/disk.ts';
import { sourceFile, spanOf, type SourceFile } from '../config/text/source.ts';
import { didYouMean } from '../config/text/suggest.ts';
import { refusal, type Diagnostic } from '../domain/error.ts';
import { createRenderer, type Renderer } from '../render/render.ts';
import { templateProblems } from '../render/template-problems.ts';

/** The templates of the package, but for those that stand in `directory` under the same name. */
export async function templateRenderer(cwd: string, directory: string | undefined): Promise<Renderer<Views>> {
  const own = directory === undefined ? NO_TEMPLATES : await ownTemplates(cwd, directory);
  const source = (name: TemplateName): readonly [TemplateName, string] => [
    name,
    own.get(name) ??
      readFileSync(new URL(`../../templates/${TEMPLATES[name].path}`, import.meta.url), 'utf8'),
  ];
  return createRenderer<Views>(
    Object.fromEntries(TEMPLATE_NAMES.map(source)) as Record<TemplateName, string>,
  );
}

/** What stands in a folder of templates; throws a refusal with everything that is wrong with it. */
async function ownTemplates(cwd: string, directory: string): Promise<ReadonlyMap<TemplateName, string>> {
  const problems: Diagnostic[] = [];
  const found = await pathsBelow(cwd, directory, problems);
  const templates = new Map<TemplateName, string>();
  for (const path of found) {
    const name = TEMPLATE_NAMES.find((known) => TEMPLATES[known].path === path);
    const shown = join(directory, path);
    if (name === undefined) problems.push(unknown(shown, path));
    else {
      const text = await textOf(resolve(cwd, shown), shown, problems);
      if (text === undefined) continue;
      problems.push(...problemsIn(sourceFile(shown, dirname(resolve(cwd, shown)), text), TEMPLATES[name]));
      templates.set(name, text);
    }
  }
  if (problems.length === 0 && templates.size === 0)
    problems.push(problem(`--templates ${directory}: there is no template in it`, KNOWN));
  if (problems.length > 0) throw refusal(problems);
  return templates;
}

/** Relative paths of all that stands there, two folders deep; a link counts as what it leads to. Names with a dot in front are not ours. */
async function pathsBelow(
  cwd: string,
  directory: string,
  problems: Diagnostic[],
): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const entry of await namesIn(resolve(cwd, directory), `--templates ${directory}`, problems)) {
    const below = join(directory, entry);
    const kind = await disk.kindOf(resolve(cwd, below));
    if (kind.ok && kind.value === 'folder' && FOLDERS.has(entry)) {
      for (const name of await namesIn(resolve(cwd, below), below, problems)) paths.push(`${entry}/${name}`);
    } else paths.push(entry);
  }
  return paths;
}

async function namesIn(path: string, shown: string, problems: Diagnostic[]): Promise<readonly string[]> {
  const names = await disk.list(path);
  if (names.ok) return names.value.filter((name) => !name.startsWith('.')).toSorted();
  problems.push(problem(`${shown}: cannot be read: ${names.error}`, 'name a folder of templates'));
  return [];
}

async function textOf(path: string, shown: string, problems: Diagnostic[]): Promise<string | undefined> {
  const kind = await disk.kindOf(path);
  const isFile = kind.ok && kind.value === 'file';
  // A pipe would be waited for.
  const content = isFile ? await disk.read(path) : undefined;
  if (content?.ok === true) return content.value.replace(/^\uFEFF/, '');
  const reason = content?.error ?? (kind.ok ? KIND_WORDS[kind.value ?? 'nothing'] : kind.error);
  problems.push(problem(`${shown}: cannot be read: ${reason}`));
  return undefined;
}

function problemsIn(source: SourceFile, { fields, isScript }: TemplateContract): readonly Diagnostic[] {
  const say = (place: Place, message: string, ...hints: readonly string[]): Diagnostic => {
    const start = (source.lineStarts[place.line - 1] ?? 0) + place.column - 1;
    const span = spanOf({ source, start, end: start + place.length });
    return { severity: 'error', message, hints, span };
  };
  const [first = '', second = ''] = source.text.split('\n');
  const isMarked = (isScript ? second : first).startsWith(MARK_LINE);
  const wrong = source.text.indexOf('\r');
  return [
    ...(isScript && !first.startsWith('#!')
      ? [say(FIRST_LINE, 'a script begins with a line like #!/bin/sh')]
      : []),
    ...(isMarked
      ? []
      : [
          say(
            isScript ? { ...FIRST_LINE, line: 2 } : FIRST_LINE,
            `the ${isScript ? 'second' : 'first'} line does not begin with "${MARK_LINE}"`,
            'by that line a host knows whose file it is: without it the next run would take it for a stranger’s',
          ),
        ]),
    ...(wrong === -1
      ? []
      : [say(placeAt(source.text, wrong), 'lines end with CR LF', 'save it with LF, as hosts read it')]),
    ...templateProblems(source.text, fields).map(({ message, hints, ...place }) =>
      say(place, message, ...hints),
    ),
  ];
}

function unknown(shown: string, path: string): Diagnostic {
  const known = TEMPLATE_NAMES.map((name) => TEMPLATES[name].path);
  const meant = known.filter((candidate) => basename(candidate) === basename(path));
  const hints =
    meant.length > 0 ? meant.map((candidate) => `did you mean "${candidate}"?`) : didYouMean(path, known);
  return problem(`${shown}: there is no template of that name`, ...hints, KNOWN);
}

function problem(message: string, ...hints: readonly string[]): Diagnostic {
  return { severity: 'error', message, hints };
}

interface Place {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, length: 1 };
}

const KIND_WORDS = {
  file: 'it has changed meanwhile',
  folder: 'it is a folder',
  other: 'it is no ordinary file',
  nothing: 'it is a link that leads nowhere',
};

const FIRST_LINE: Place = { line: 1, column: 1, length: 1 };

const NO_TEMPLATES: ReadonlyMap<TemplateName, string> = new Map();

const FOLDERS: ReadonlySet<string> = new Set(TEMPLATE_NAMES.map((name) => dirname(TEMPLATES[name].path)));

const KNOWN = `templates: ${TEMPLATE_NAMES.map((name) => TEMPLATES[name].path).join(', ')}`;
