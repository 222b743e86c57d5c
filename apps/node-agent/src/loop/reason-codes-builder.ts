import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

/** Where reasons are decided: the loop, and the pure decisions that it passes on. */
const PACKAGE = resolve(import.meta.dirname, '../..');
const ENTRY = join(PACKAGE, 'src/loop/decide.ts');
const REPORTS = ['src/status/report.ts', 'src/status/misconfigured.ts'].map((file) => join(PACKAGE, file));

/** Where decisions are built, and which argument is the reason. */
const BUILDERS = join(PACKAGE, 'src/loop/action.ts');
const REASON_ARGUMENT: Readonly<Record<string, number>> = { decided: 1, waiting: 0 };

/** A reason that is passed through as plain text, so that its codes cannot be told. */
export class UnknownReason extends Error {}

function where(node: ts.Node): string {
  const file = node.getSourceFile();
  const { line } = file.getLineAndCharacterOfPosition(node.getStart());
  return `${file.fileName}:${line + 1}`;
}

function visit(node: ts.Node, each: (node: ts.Node) => void): void {
  each(node);
  ts.forEachChild(node, (child) => visit(child, each));
}

function literalsOf(type: ts.Type): readonly string[] | null {
  if (type.isStringLiteral()) return [type.value];
  if (!type.isUnion()) return null;
  const parts = type.types.map(literalsOf);
  return parts.some((part) => part === null) ? null : parts.flatMap((part) => part ?? []);
}

/** The function around a parameter and the parameter's place in it; null for anything else. */
function parameterPlace(
  symbol: ts.Symbol | undefined,
): { readonly owner: ts.SignatureDeclaration; readonly index: number } | null {
  const declaration = symbol?.valueDeclaration;
  if (declaration === undefined || !ts.isParameter(declaration)) return null;
  const { parent } = declaration;
  return { owner: parent, index: parent.parameters.indexOf(declaration) };
}

/** Reads reasons by their types: a literal, a union of literals, or what callers give for a parameter. */
class ReasonReader {
  readonly codes = new Set<string>();
  readonly #checker: ts.TypeChecker;

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  readCalls(file: ts.SourceFile): void {
    visit(file, (node) => {
      if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return;
      const index = REASON_ARGUMENT[node.expression.text];
      const argument = index === undefined ? undefined : node.arguments[index];
      const builder = this.#checker.getResolvedSignature(node)?.declaration?.getSourceFile().fileName;
      if (argument !== undefined && builder === BUILDERS) this.#readExpression(argument);
    });
  }

  /** The values of properties named `reason` in object literals. */
  readProperties(file: ts.SourceFile): void {
    visit(file, (node) => {
      if (!ts.isPropertyAssignment(node) || node.name.getText() !== 'reason') return;
      visit(node.initializer, (part) => {
        if (ts.isStringLiteral(part)) this.codes.add(part.text);
      });
    });
  }

  /** Unions that say by their names that they are reasons, such as `FencingReason`. */
  readUnions(file: ts.SourceFile): void {
    visit(file, (node) => {
      if (!ts.isTypeAliasDeclaration(node) || !/Reason$/.test(node.name.text)) return;
      const codes = literalsOf(this.#checker.getTypeAtLocation(node.name));
      if (codes === null) throw new UnknownReason(`${node.name.text} at ${where(node)} is no union of codes`);
      for (const code of codes) this.codes.add(code);
    });
  }

  #readExpression(expression: ts.Expression): void {
    const codes = literalsOf(this.#checker.getTypeAtLocation(expression));
    if (codes !== null) {
      for (const code of codes) this.codes.add(code);
      return;
    }
    const place = parameterPlace(this.#checker.getSymbolAtLocation(expression));
    if (place === null) {
      // What a held back action waits for has the reason of that action.
      if (expression.getText() === 'decision.reason' && where(expression).startsWith(ENTRY)) return;
      throw new UnknownReason(`the reason at ${where(expression)} is plain text`);
    }
    visit(expression.getSourceFile(), (node) => {
      if (!ts.isCallExpression(node)) return;
      if (this.#checker.getResolvedSignature(node)?.declaration !== place.owner) return;
      const argument = node.arguments[place.index];
      if (argument !== undefined) this.#readExpression(argument);
    });
  }
}

/** Sources of decisions. Why a status exchange failed is a detail of other reasons. */
function isSource(fileName: string): boolean {
  const isOurs = /\/(node-agent|etcd-membership)\/src\//.test(fileName);
  return isOurs && !/\/status-exchange\/|(-builders?|\.test)\.ts$/.test(fileName);
}

/**
 * Every reason code that `flux-pg status` can show, read from the types of the sources: what the rules of the loop give
 * to `decided` and `waiting`, all unions named `…Reason` beside the decisions that the loop imports, and what the report
 * says before there is a decision.
 * @throws UnknownReason where a reason is plain text
 */
export function reasonCodes(): readonly string[] {
  const configPath = join(PACKAGE, 'tsconfig.json');
  const { config } = ts.readConfigFile(configPath, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(configPath));
  const program = ts.createProgram([ENTRY, ...REPORTS], options);
  const reader = new ReasonReader(program.getTypeChecker());
  for (const file of program.getSourceFiles()) {
    const { fileName } = file;
    if (!isSource(fileName)) continue;
    reader.readCalls(file);
    reader.readUnions(file);
    if (REPORTS.includes(fileName)) reader.readProperties(file);
  }
  return [...reader.codes].sort();
}
