import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reasonAreas } from '../operator/reasons/index.ts';
import { reasonsDocument } from '../operator/reasons/reasons-document.ts';
import { reasonCodes } from './reason-codes-builder.ts';

const document = join(import.meta.dirname, '../../../../docs/reasons.md');
const explained = reasonAreas.flatMap(({ reasons }) => Object.keys(reasons));

/** Type checks the whole agent, which takes a few seconds. */
const TIMEOUT_MS = 60_000;

describe('the reason codes', () => {
  it('are all explained, and nothing is explained that no decision gives', { timeout: TIMEOUT_MS }, () => {
    const codes = reasonCodes();
    // Known ones of each kind: an argument, a union, what callers give for a parameter, and a report without a decision.
    expect(codes).toEqual(expect.arrayContaining(['steady', 'peer-silent', 'stale-waits', 'misconfigured']));
    expect({
      withoutMeaning: codes.filter((code) => !explained.includes(code)),
      withoutCode: explained.filter((code) => !codes.includes(code)),
    }).toEqual({ withoutMeaning: [], withoutCode: [] });
  });

  it('have one meaning each, and no two have the same', () => {
    expect(explained).toHaveLength(new Set(explained).size);
    const meanings = reasonAreas.flatMap(({ reasons }) => Object.values(reasons).map(({ means }) => means));
    expect(meanings.filter((means, index) => meanings.indexOf(means) !== index)).toEqual([]);
  });

  it('stand in docs/reasons.md; run this file with -u to write it', async () => {
    await expect(reasonsDocument()).toMatchFileSnapshot(document);
  });

  it('can stand in a table', () => {
    const cells = reasonAreas.flatMap(({ reasons }) =>
      Object.values(reasons).flatMap(({ means, todo = '' }) => [means, todo]),
    );
    expect(cells.filter((cell) => /[|\n]/.test(cell) || /\.$/.test(cell))).toEqual([]);
  });
});
