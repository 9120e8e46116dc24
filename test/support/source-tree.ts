import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

/** One file of the program, parsed. */
export interface SourceFile {
  /** Relative to the root of the tree, with `/`: `plan/diff.ts`. */
  readonly path: string;
  readonly tree: ts.SourceFile;
}

/** Every `.ts` file below a directory; other files are assets, not program. */
export function readSourceTree(root: string): readonly SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts'))
    .toSorted()
    .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')));
}

/** A tree that exists only in a test, to see a rule fail. */
export function sourceTree(files: Readonly<Record<string, string>>): readonly SourceFile[] {
  return Object.entries(files).map(([path, text]) => parseSource(path, text));
}

/** Everything a file imports: values and types, static, dynamic and re-exported. Relative ones come resolved. */
export function importsOf(file: SourceFile): readonly string[] {
  const specifiers: string[] = [];
  visit(file.tree, (node) => {
    const specifier = specifierOf(node);
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) specifiers.push(specifier.text);
  });
  return specifiers.map((specifier) =>
    specifier.startsWith('.') ? posix.join(posix.dirname(file.path), specifier) : specifier,
  );
}

/** The names that a file imports from one module; `*` when it takes the module whole. */
export function importedNames(file: SourceFile, specifier: string): readonly string[] {
  return file.tree.statements.filter(ts.isImportDeclaration).flatMap((statement) => {
    if (!ts.isStringLiteralLike(statement.moduleSpecifier) || statement.moduleSpecifier.text !== specifier)
      return [];
    const bindings = statement.importClause?.namedBindings;
    if (bindings === undefined || !ts.isNamedImports(bindings)) return ['*'];
    return bindings.elements.map((element) => (element.propertyName ?? element.name).text);
  });
}

/** True when `name` is used as a global variable or written as a value; property names and comments do not count. */
export function usesGlobal(file: SourceFile, name: string): boolean {
  return some(file.tree, (node) => ts.isIdentifier(node) && node.text === name && !isName(node));
}

/** True when a call of the function `name`, or of a method `.name` when it begins with a dot, stands in the file. */
export function calls(file: SourceFile, name: string): boolean {
  return some(file.tree, (node) => {
    if (!ts.isCallExpression(node)) return false;
    const { expression } = node;
    if (name.startsWith('.'))
      return ts.isPropertyAccessExpression(expression) && `.${expression.name.text}` === name;
    return ts.isIdentifier(expression) && expression.text === name;
  });
}

/** The texts of all string literals and template parts. */
export function stringsOf(file: SourceFile): readonly string[] {
  const texts: string[] = [];
  visit(file.tree, (node) => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      texts.push(node.text);
    }
  });
  return texts;
}

export function hasDefaultExport(file: SourceFile): boolean {
  return file.tree.statements.some(
    (statement) =>
      (ts.isExportAssignment(statement) && statement.isExportEquals !== true) ||
      (ts.canHaveModifiers(statement) &&
        (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)),
  );
}

export function hasStarExport(file: SourceFile): boolean {
  return file.tree.statements.some(
    (statement) =>
      ts.isExportDeclaration(statement) &&
      (statement.exportClause === undefined || ts.isNamespaceExport(statement.exportClause)),
  );
}

function parseSource(path: string, text: string): SourceFile {
  return { path, tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) };
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node))
    return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return node.arguments[0];
  return undefined;
}

/** An identifier that only names a member, as in `x.process`, `{ process: 1 }` or `process(): void`. */
function isName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isQualifiedName(parent)) return parent.right === node;
  return (
    (ts.isPropertyAssignment(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isPropertyDeclaration(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isMethodSignature(parent)) &&
    parent.name === node
  );
}

function some(node: ts.Node, matches: (node: ts.Node) => boolean): boolean {
  return matches(node) || (ts.forEachChild(node, (child) => some(child, matches) || undefined) ?? false);
}

function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}
