import Handlebars from 'handlebars';

type Block = hbs.AST.BlockStatement;

/** The names of view fields that a template uses anywhere: as a value, and in `#if`, `#unless`, `#each` and `#with`. */
export function templatePaths(source: string): readonly string[] {
  return pathsOf(Handlebars.parse(source), true);
}

/** Fields below a loop are those of its element, not of the view; `this` there is the element. */
function pathsOf(program: hbs.AST.Program, isView: boolean): readonly string[] {
  return program.body.flatMap((node): readonly string[] => {
    switch (node.type) {
      case 'MustacheStatement':
        return expressions([(node as hbs.AST.MustacheStatement).path], isView);
      case 'BlockStatement':
        return blockPaths(node as Block, isView);
      case 'ContentStatement':
      case 'CommentStatement':
        return [];
      default:
        throw new Error(`no template of ours has a ${node.type}`);
    }
  });
}

function blockPaths(block: Block, isView: boolean): readonly string[] {
  const helper = block.path.original;
  if (!['if', 'unless', 'each', 'with'].includes(helper)) throw new Error(`#${helper} is no block of ours`);
  const isInside = helper === 'if' || helper === 'unless';
  return [
    ...expressions(block.params, isView),
    ...pathsOf(block.program, isView && isInside),
    // A block may have no {{else}}, whatever the types say.
    ...((block.inverse as hbs.AST.Program | undefined) === undefined ? [] : pathsOf(block.inverse, isView)),
  ];
}

function expressions(all: readonly hbs.AST.Node[], isView: boolean): readonly string[] {
  return all.flatMap((expression) => {
    if (expression.type !== 'PathExpression') return [];
    const { original, data, parts } = expression as hbs.AST.PathExpression;
    if (data || (!isView && !original.startsWith('../'))) return [];
    return [parts[0] ?? original];
  });
}
