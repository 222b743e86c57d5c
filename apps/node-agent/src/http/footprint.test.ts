import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);

/** What a process has loaded once it has imported the agent. */
async function loaded(): Promise<readonly string[]> {
  const program = `await import('${import.meta.dirname}/../node.ts');
    const { createRequire } = await import('node:module');
    const files = Object.keys(createRequire('/').cache);
    console.log(JSON.stringify([...process.moduleLoadList, ...files]));`;
  const flags = ['--conditions=@flux-pg/source', '--input-type=module', '--eval', program];
  const { stdout } = await run(process.execPath, flags);
  return JSON.parse(stdout);
}

describe('the agent', () => {
  it('loads neither fetch nor undici, which its memory has no room for and its flags no WebAssembly', async () => {
    const modules = await loaded();
    expect(modules).toContain('NativeModule http');
    expect(modules.filter((name) => name.includes('undici'))).toEqual([]);
  });
});
