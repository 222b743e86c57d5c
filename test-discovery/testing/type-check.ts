import { join } from 'node:path';
import ts from 'typescript';
import { testFolder } from './repository.ts';

function settings(): ts.CompilerOptions {
  const path = join(testFolder, 'tsconfig.json');
  const unreadable = (diagnostic: ts.Diagnostic) => {
    throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
  };
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: unreadable };
  const options = { allowJs: true, checkJs: true };
  return ts.getParsedCommandLineOfConfigFile(path, options, host)?.options ?? {};
}

function told({ file, start, messageText }: ts.Diagnostic): string {
  const text = ts.flattenDiagnosticMessageText(messageText, '\n');
  if (file === undefined) return text;
  return `${file.text.slice(start).split('\n')[0]}: ${text}`;
}

/**
 * What the compiler says against texts that are files of this package by their names, under the settings of this package
 * and with the sources of the others. Nothing is written.
 */
export function typeErrors(texts: ReadonlyMap<string, string>): readonly string[] {
  const files = new Map([...texts].map(([name, text]) => [join(testFolder, 'src', name), text]));
  const options = settings();
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  const program = ts.createProgram([...files.keys()], options, {
    ...host,
    readFile: (path) => files.get(path) ?? readFile(path),
    fileExists: (path) => files.has(path) || fileExists(path),
    getSourceFile: (path, version) => {
      const text = files.get(path) ?? readFile(path);
      return text === undefined ? undefined : ts.createSourceFile(path, text, version, true);
    },
  });
  return [...files.keys()].flatMap((path) => {
    const source = program.getSourceFile(path);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map((diagnostic) => `${path.slice(testFolder.length)}: ${told(diagnostic)}`);
  });
}
