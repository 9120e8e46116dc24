import Handlebars from 'handlebars';
import type { Field } from './fields.ts';
import { COMPILE_OPTIONS } from './render.ts';

/** What is wrong with a template, and where; lines and columns from 1. */
export interface TemplateProblem {
  readonly line: number;
  readonly column: number;
  readonly length: number;
  readonly message: string;
  readonly hints: readonly string[];
}

/**
 * Everything in a template that would fail or come to nothing when it is rendered: that it cannot be read, names that are no
 * fields, and what templates may not do. Handlebars itself says nothing of a wrong name in `#if` or `#each`.
 */
export function templateProblems(
  source: string,
  fields: Readonly<Record<string, Field>>,
): readonly TemplateProblem[] {
  try {
    const problems = new Check(fields).inProgram(Handlebars.parse(source), { loops: 0, names: [] });
    if (problems.length === 0) Handlebars.precompile(source, COMPILE_OPTIONS);
    return problems;
  } catch (error) {
    return [unreadable(source, error)];
  }
}

/** Where a piece of a template stands: in how many loops, and the names that `as |name|` gave to elements. */
interface Scope {
  readonly loops: number;
  readonly names: readonly string[];
}

type Block = hbs.AST.BlockStatement;
type Path = hbs.AST.PathExpression;

class Check {
  readonly #fields: Readonly<Record<string, Field>>;

  constructor(fields: Readonly<Record<string, Field>>) {
    this.#fields = fields;
  }

  /** A block may have no `{{else}}`, or nothing but one. */
  inProgram(program: hbs.AST.Program | undefined, scope: Scope): readonly TemplateProblem[] {
    return (program?.body ?? []).flatMap((node) => {
      switch (node.type) {
        case 'ContentStatement':
        case 'CommentStatement':
          return [];
        case 'MustacheStatement':
          return this.#inMustache(node as hbs.AST.MustacheStatement, scope);
        case 'BlockStatement':
          return this.#inBlock(node as Block, scope);
        default:
          return [at(node, `a ${NODE_WORDS.get(node.type) ?? node.type} is not possible here`, ONLY)];
      }
    });
  }

  #inMustache(node: hbs.AST.MustacheStatement, scope: Scope): readonly TemplateProblem[] {
    const parameter = node.params[0] ?? pairsOf(node)[0];
    if (parameter !== undefined) return [at(parameter, 'a value takes nothing after its name', ONLY)];
    const found = this.#resolve(node.path, scope);
    if ('message' in found) return [found];
    if (found.kind !== 'list') return [];
    const { original } = node.path as Path;
    return [at(node.path, `${original} is a list`, `write {{#each ${original}}} and {{this}} in it`)];
  }

  #inBlock(block: Block, scope: Scope): readonly TemplateProblem[] {
    const helper = block.path.original;
    const [subject, more = pairsOf(block)[0]] = block.params;
    if (!BLOCKS.includes(helper)) return [at(block.path, `there is no #${helper}`, ONLY)];
    if (subject === undefined || more !== undefined)
      return [at(more ?? block.path, `#${helper} takes one field`, ONLY)];
    // How far {{../}} leads there depends on whether two elements are alike.
    if (helper === 'each' && scope.loops > 0) return [at(block.path, 'a loop cannot stand in a loop', ONLY)];
    const found = this.#resolve(subject, scope);
    const problems =
      'message' in found
        ? [found]
        : helper === 'each' && found.kind !== 'list'
          ? [at(subject, `${(subject as Path).original} is no list`, 'only a list can be gone through')]
          : [];
    const inside =
      helper === 'each'
        ? { loops: scope.loops + 1, names: [...scope.names, ...(programOf(block)?.blockParams ?? [])] }
        : scope;
    return [...problems, ...this.inProgram(block.program, inside), ...this.inProgram(block.inverse, scope)];
  }

  /** The field that an expression stands for; an element of a list is a value. */
  #resolve(node: hbs.AST.Node, scope: Scope): Pick<Field, 'kind'> | TemplateProblem {
    if (node.type !== 'PathExpression') return at(node, 'only a field can stand here', ONLY);
    const { data, depth, parts, original } = node as Path;
    const [name, below] = parts;
    if (data) {
      const isKnown = scope.loops > 0 && below === undefined && LOOP_DATA.includes(name ?? '');
      return isKnown ? { kind: 'value' } : at(node, `${original} is not known here`, ONLY);
    }
    if (depth > scope.loops) return at(node, `${original}: there is no loop around it to leave`);
    if (below !== undefined) return at(node, `${original}: nothing is inside a field`);
    const isElement = depth < scope.loops;
    if (name === undefined)
      return isElement ? { kind: 'value' } : at(node, `${original} is the whole view; name a field of it`);
    if (depth === 0 && scope.names.includes(name)) return { kind: 'value' };
    if (isElement)
      return at(node, `${original} in a loop is nothing`, `write {{this}}, or {{../${name}}} for a field`);
    const field = Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
    if (field !== undefined) return field;
    return at(node, `there is no field ${name}`, `there are ${Object.keys(this.#fields).join(', ')}`);
  }
}

function pairsOf({ hash }: Block | hbs.AST.MustacheStatement): readonly hbs.AST.HashPair[] {
  // Only there when something stands in it, whatever the types say.
  return (hash as hbs.AST.Hash | undefined)?.pairs ?? [];
}

/** `{{^if x}}` has none, whatever the types say. */
function programOf(block: Block): hbs.AST.Program | undefined {
  return block.program;
}

function at({ loc }: hbs.AST.Node, message: string, ...hints: readonly string[]): TemplateProblem {
  const isOneLine = loc.start.line === loc.end.line;
  const length = isOneLine ? Math.max(1, loc.end.column - loc.start.column) : 1;
  return { line: loc.start.line, column: loc.start.column + 1, length, message, hints };
}

/** A place is told in the words of the parser only, or in the error. */
function unreadable(source: string, error: unknown): TemplateProblem {
  if (!(error instanceof Error)) throw error;
  const [first = '', ...rest] = error.message.split('\n');
  const told = / on line (?<line>\d+)/.exec(first)?.groups?.['line'];
  const own = 'lineNumber' in error && typeof error.lineNumber === 'number' ? error.lineNumber : undefined;
  const line = own ?? Number(told ?? 1);
  const text = source.split('\n')[line - 1] ?? '';
  const column = 'column' in error && typeof error.column === 'number' ? error.column : text.indexOf('{{');
  const reason = rest.at(-1) ?? first.replace(/ - \d+:\d+$/, '');
  return {
    line,
    column: Math.max(0, column) + 1,
    length: 1,
    message: `the template cannot be read: ${reason}`,
    hints: ['each {{#if}} and {{#each}} needs its {{/if}} or {{/each}}; no } stands right after }}'],
  };
}

const BLOCKS = ['if', 'unless', 'each'];

const LOOP_DATA = ['index', 'first', 'last', 'key'];

const NODE_WORDS: ReadonlyMap<string, string> = new Map([
  ['PartialStatement', 'partial'],
  ['PartialBlockStatement', 'partial'],
  ['Decorator', 'decorator'],
  ['DecoratorBlock', 'decorator'],
]);

const ONLY = 'templates have {{field}}, {{#if field}}, {{#unless field}}, {{#each list}} and {{this}} in it';
