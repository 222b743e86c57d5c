import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as discovery from '@flux-pg/discovery';
import { defaultWatchPace, defaultWatchRules, removalBoundMs } from '@flux-pg/discovery';
import { describe, expect, test } from 'vitest';
import {
  type CodeBlock,
  codeBlocks,
  headingAnchors,
  ownAnchors,
  relativeLinks,
  tables,
} from '../../testing/markdown.ts';
import { mustRun } from '../../testing/program.ts';
import { packageFolder } from '../../testing/repository.ts';
import { typeErrors } from '../../testing/type-check.ts';

const SLOW_MS = 60_000;
const readme = await readFile(join(packageFolder, 'README.md'), 'utf8');

/** Blocks take the client and the package's names for granted, unless they import or make them themselves. */
function wholeProgram({ code, language }: CodeBlock): string {
  const types = language === 'ts' ? ['type ListingSource'] : [];
  const names = [...Object.keys(discovery), ...types].join(', ');
  const imports = code.includes("'@flux-pg/discovery'")
    ? ''
    : `import { ${names} } from '@flux-pg/discovery';\n`;
  const client = code.includes('const client =') ? '' : 'declare const client: FluxClient;\n';
  return `${imports}${client}${code}\nexport {};\n`;
}

/** A program that the compiler refuses when a union has other members than the words. */
function sameWords(type: string, words: readonly string[]): string {
  return `
    import type * as discovery from '@flux-pg/discovery';
    type Documented = ${words.map((word) => JSON.stringify(word)).join(' | ')};
    type Undocumented = Exclude<${type}, Documented>;
    type Unknown = Exclude<Documented, ${type}>;
    export const nothing: [Undocumented, Unknown] extends [never, never] ? true : [Undocumented, Unknown] = true;
  `;
}

function table(heading: string, firstCell: string): readonly (readonly string[])[] {
  const found = tables(readme).find(
    ({ heading: title, rows }) => title === heading && rows.some(([cell]) => cell === firstCell),
  );
  if (found === undefined) throw new Error(`no table of ${heading} with ${firstCell}`);
  return found.rows;
}

const firstCells = (rows: readonly (readonly string[])[]) => rows.map(([cell = '']) => cell);

describe('the README', () => {
  test(
    'has only code that compiles',
    () => {
      const blocks = codeBlocks(readme).filter(({ language }) => language === 'ts' || language === 'js');
      expect(blocks.length).toBeGreaterThan(12);
      const texts = blocks.map(
        (block) => [`readme-line-${block.line}.${block.language}`, wholeProgram(block)] as const,
      );
      expect(typeErrors(new Map(texts))).toEqual([]);
    },
    SLOW_MS,
  );

  test(
    'names all options and error codes, and no others',
    () => {
      const watchOptions = `keyof discovery.WatchOptions | keyof discovery.WatchRules`;
      const texts = [
        [
          'client-options.ts',
          sameWords('keyof discovery.FluxClientOptions', firstCells(table('Option', 'baseUrls'))),
        ],
        [
          'discovery-options.ts',
          sameWords('keyof discovery.FluxDiscoveryOptions', firstCells(table('Option', 'patienceMs'))),
        ],
        ['watch-options.ts', sameWords(watchOptions, firstCells(table('Option', 'absentMs')))],
        ['error-codes.ts', sameWords('discovery.DiscoveryErrorCode', firstCells(table('Code', 'timeout')))],
      ] as const;
      expect(typeErrors(new Map(texts))).toEqual([]);
    },
    SLOW_MS,
  );

  test('has the defaults of a watch', () => {
    const shown = new Map(table('Option', 'absentMs').map(([name, value]) => [name, value]));
    for (const [name, value] of Object.entries({ ...defaultWatchPace, ...defaultWatchRules })) {
      expect(Number.parseFloat((shown.get(name) ?? '').replaceAll(' ', '')), name).toBe(value);
    }
  });

  test('has the bound of a removal', () => {
    const seconds = removalBoundMs(defaultWatchRules, defaultWatchPace) / 1000;
    expect(readme).toContain(`at the latest ${Math.floor(seconds / 60)} min ${seconds % 60} s after`);
    const longestPauseMs = defaultWatchPace.maxIntervalMs * (1 + defaultWatchPace.jitter);
    expect(readme).toContain(`at most ${longestPauseMs / 60_000} minutes each`);
  });

  test('shows the help of the command as it is', async () => {
    const cli = join(packageFolder, 'src', 'cli.ts');
    const help = await mustRun(
      process.execPath,
      ['--conditions=@flux-pg/source', cli, '--help'],
      packageFolder,
    );
    expect(
      codeBlocks(readme)
        .filter(({ language }) => language === 'text')
        .map(({ code }) => code),
    ).toEqual([help]);
  });

  test('links to what is there', async () => {
    const links = relativeLinks(readme);
    expect(links.length).toBeGreaterThan(4);
    const missing = await Promise.all(
      links.map((link) =>
        access(join(packageFolder, link)).then(
          () => [],
          () => [link],
        ),
      ),
    );
    expect(missing.flat()).toEqual([]);
    expect(headingAnchors(readme)).toEqual(expect.arrayContaining([...ownAnchors(readme)]));
  });
});
