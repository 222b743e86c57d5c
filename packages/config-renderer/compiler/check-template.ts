import Handlebars from 'handlebars';

/** What a template is checked against. */
export interface TemplateRules {
  /** Helpers that may print a value. */
  readonly serializers: readonly string[];
  /** Helpers that may open a block. */
  readonly blockHelpers: readonly string[];
}

/** A template prints a value without a serializer, or does something else that the check cannot see through. */
export class TemplateRefused extends Error {
  constructor(node: hbs.AST.Node, reason: string) {
    super(`line ${node.loc.start.line}: ${reason}`);
    this.name = 'TemplateRefused';
  }
}

/**
 * Refuses a template unless each of its expressions is either a serializer with exactly one plain value, or a known
 * block over one plain value. Whatever is not known to be safe (partials, decorators, nested calls, named
 * arguments, raw mustaches) is refused, too.
 *
 * @throws TemplateRefused for the first such expression; Handlebars' own error for a template that does not parse.
 */
export function checkTemplate(source: string, rules: TemplateRules): void {
  checkProgram(Handlebars.parse(source), rules);
}

function checkProgram(program: hbs.AST.Program, rules: TemplateRules): void {
  for (const statement of program.body) checkStatement(statement, rules);
}

function checkStatement(statement: hbs.AST.Statement, rules: TemplateRules): void {
  switch (statement.type) {
    case 'ContentStatement':
    case 'CommentStatement':
      return;
    case 'MustacheStatement': {
      const mustache = statement as hbs.AST.MustacheStatement;
      if (!mustache.escaped) throw new TemplateRefused(mustache, 'raw mustaches are not used here');
      checkCall(mustache, rules.serializers, 'is not a serializer of this format');
      return;
    }
    case 'BlockStatement': {
      const block = statement as hbs.AST.BlockStatement;
      checkCall(block, rules.blockHelpers, 'is not a known block');
      // An inverted block has nothing but its else.
      if (block.inverse) throw new TemplateRefused(block, 'the blocks here have no else');
      if (block.program.blockParams?.length)
        throw new TemplateRefused(block, 'block parameters are not used here');
      checkProgram(block.program, rules);
      return;
    }
    default:
      throw new TemplateRefused(statement, `${statement.type} is not allowed`);
  }
}

type Call = hbs.AST.MustacheStatement | hbs.AST.BlockStatement;

function checkCall(call: Call, allowed: readonly string[], complaint: string): void {
  const { path } = call;
  // `this.yaml`, `../yaml` and `@yaml` would read a value of that name instead of calling the helper.
  const name = path.type === 'PathExpression' ? (path as hbs.AST.PathExpression).original : undefined;
  if (name === undefined || !allowed.includes(name)) throw new TemplateRefused(call, `${name} ${complaint}`);
  const [value, ...others] = call.params;
  if (value === undefined || others.length > 0 || call.hash?.pairs.length) {
    throw new TemplateRefused(call, `${name} takes exactly one value`);
  }
  if (value.type !== 'PathExpression' || (value as hbs.AST.PathExpression).data) {
    throw new TemplateRefused(call, `${name} takes a value of the model, not ${value.type}`);
  }
}
