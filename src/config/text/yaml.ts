import { Composer, type Document } from 'yaml';
import type { Problems } from './problems.ts';
import type { Place, SourceFile } from './source.ts';
import type { TreeNode } from './tree.ts';
import { readTokens } from './yaml-tokens.ts';
import { treeOf } from './yaml-tree.ts';

/**
 * The documents of a YAML 1.1 file (what Ansible's PyYAML and Konvoy's Go read), in order and without the empty ones;
 * undefined when the text is not YAML, which has then been said.
 */
export function parseYaml(source: SourceFile, problems: Problems): readonly TreeNode[] | undefined {
  const notation = isJson(source.text) ? 'json' : 'yaml';
  if (notation === 'yaml' && refuseCharacters(source, problems)) return undefined;
  const documents = composeDocuments(source, problems);
  if (documents === undefined) return undefined;
  for (const { code, message, pos } of documents.flatMap((document) => document.warnings)) {
    // The library knows no tags: building the tree looks at them.
    if (code !== 'TAG_RESOLVE_FAILED') problems.warn(lowerCase(message), placeAt(source, pos));
  }
  const errors = documents.flatMap((document) => document.errors);
  // One wrong character can make thousands of follow-on errors: the first ones say it all.
  for (const { message, pos } of errors.slice(0, MOST_REPORTED)) {
    problems.error(syntaxMessage(message), placeAt(source, pos), ...syntaxHints(source, pos[0]));
  }
  if (errors.length > 0) return undefined;
  return documents
    .map((document) => treeOf(document.contents, notation, { source, problems }))
    .filter((tree) => tree !== undefined);
}

/** Ansible hands a file to Python's `json` first. YAML would read `1e3` in it as a text. */
function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Complains about characters that YAML 1.1 has no place for, or takes for the ends of lines that nobody sees. */
function refuseCharacters(source: SourceFile, problems: Problems): boolean {
  const found = Array.from(source.text.matchAll(FORBIDDEN), ({ index }) => index);
  for (const at of found.slice(0, MOST_REPORTED)) {
    const code = (source.text.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    const message = `not valid YAML: the character U+${code} is not allowed`;
    problems.error(message, { source, start: at, end: at + 1 }, 'write it as an escape, in double quotes');
  }
  return found.length > 0;
}

function composeDocuments(source: SourceFile, problems: Problems): readonly Document.Parsed[] | undefined {
  // The composer recurses, and close to the end of the stack V8 kills the process instead of throwing.
  const read = readTokens(source.text, DEEPEST_NESTING);
  if (read.state !== 'read') {
    const message =
      read.state === 'too-deep'
        ? `nested more than ${DEEPEST_NESTING} levels deep`
        : 'not valid YAML: values with nothing between them';
    problems.error(message, placeAt(source, [read.offset, read.offset + 1]));
    return undefined;
  }
  const composer = new Composer({
    version: '1.1',
    // Texts, lists and maps only: what a scalar is, PyYAML's rules decide, not the library's.
    schema: 'failsafe',
    resolveKnownTags: false,
    merge: false,
    // The library compares every key with every other one; building the tree finds duplicates in linear time.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  return [...composer.compose(read.tokens, true, source.text.length)];
}

function syntaxMessage(message: string): string {
  return `not valid YAML: ${lowerCase(message).replace('"quote', 'double quote').replace("'quote", 'single quote')}`;
}

function lowerCase(message: string): string {
  return `${message.charAt(0).toLowerCase()}${message.slice(1).replace(/\.$/, '')}`;
}

function syntaxHints(source: SourceFile, offset: number): readonly string[] {
  const line = source.text.slice(source.text.lastIndexOf('\n', offset - 1) + 1).split('\n', 1)[0] ?? '';
  if (/^\s*\t/.test(line)) return ['indent with spaces'];
  if (/:\s+["']?\{\{/.test(line) || /:\s+[@`%]/.test(line)) return ['put the value in quotes'];
  return [];
}

/** An unclosed quote is noticed behind the last line: the last character is something that can be seen. */
function placeAt(source: SourceFile, [start, end]: readonly [number, number]): Place {
  const last = source.text.trimEnd().length - 1;
  return start > last ? { source, start: Math.max(0, last), end: last + 1 } : { source, start, end };
}

/** All but what libyaml's reader lets through; NEL, LS and PS, which end lines in YAML 1.1 only. */
const FORBIDDEN = /(?![\t\n\r])[\p{Cc}\p{Cs}\u2028\u2029\uFEFF\uFFFE\uFFFF]/gu;
const DEEPEST_NESTING = 100;
const MOST_REPORTED = 20;
