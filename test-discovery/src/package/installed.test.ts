import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createMockFlux, MockFluxControl } from '@flux-pg/mock-flux';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { installedPackage, type Project } from '../../testing/installed-package.ts';
import { codeBlocks } from '../../testing/markdown.ts';
import { type Ended, mustRun, run } from '../../testing/program.ts';
import { oldestNodeVersion, packageFolder, testFolder } from '../../testing/repository.ts';

const SLOW_MS = 180_000;
const IMPORT_LIMIT_MS = 200;
const cli = join('node_modules', '@flux-pg', 'discovery', 'dist', 'cli.js');
const instances = [{ ip: '10.0.0.1' }, { ip: '10.0.0.2', apiPort: 16_137 }];

const mock = await createMockFlux();
let control = new MockFluxControl('');
let apiUrl = '';
let project: Project = { path: '', oldestNode: '', [Symbol.asyncDispose]: async () => undefined };

beforeAll(async () => {
  apiUrl = await mock.listen();
  control = new MockFluxControl(apiUrl);
  project = await installedPackage();
}, SLOW_MS);
beforeEach(async () => {
  await control.reset();
  await control.setInstances('myapp', instances);
});
afterAll(async () => {
  await mock.close();
  await project[Symbol.asyncDispose]();
});

const nodes = [
  ['the Node of this repository', () => process.execPath],
  ['the oldest Node', () => project.oldestNode],
] as const;

async function write(name: string, text: string): Promise<string> {
  await writeFile(join(project.path, name), text);
  return name;
}

/** Calls the installed command; listed nodes are not asked, since their addresses lead away from this machine. */
async function command(...args: readonly string[]): Promise<Ended> {
  return await run(join(project.path, 'node_modules', '.bin', 'flux-discovery'), args, project.path);
}
const locations = (app: string, ...more: readonly string[]) =>
  command('locations', app, '--api', apiUrl, '--allow-private', '--nodes', '0', ...more);

describe.each(nodes)('with %s', (title, node) => {
  test('it is the Node that is meant', async () => {
    const version = (await mustRun(node(), ['--version'], project.path)).trim();
    expect(version).toBe(title.includes('oldest') ? `v${await oldestNodeVersion()}` : process.version);
  });

  test('the first example of the README lists an app', async () => {
    const readme = await readFile(join(packageFolder, 'README.md'), 'utf8');
    const example = codeBlocks(readme).find(({ language }) => language === 'js')?.code ?? '';
    const options = `{ baseUrls: ['${apiUrl}'], allowPrivateAddresses: true }`;
    expect(example).toContain('new FluxClient()');
    const name = await write('first.js', example.replace('new FluxClient()', `new FluxClient(${options})`));
    const [head, ...rows] = (await mustRun(node(), [name], project.path)).trim().split('\n');
    expect(head).toBe('2 instances, says mock-flux');
    expect(rows.map((row) => row.split(' ')[0])).toEqual(['10.0.0.1:16127', '10.0.0.2:16137']);
  });

  test('an example runs as it is, and reaches the listed nodes', async () => {
    await copyFile(join(packageFolder, 'examples', 'list.mjs'), join(project.path, 'list.mjs'));
    const preload = join(testFolder, 'testing', 'lead-to-mock.mjs');
    const environment = ['FLUX_API_URL=http://flux.test', `LEAD_TO_MOCK_PORT=${new URL(apiUrl).port}`];
    const example = [node(), '--import', preload, 'list.mjs', 'myapp'];
    const said = await mustRun('env', [...environment, ...example], project.path);
    expect(said).toContain('listed by http://flux.test, node 10.0.0.1:16127, node 10.0.0.2:16137');
  });

  test('the documents of the Flux API can be imported, and nothing that is not exported', async () => {
    const name = await write(
      'wire.js',
      `import { locationRowSchema } from '@flux-pg/discovery/wire';
       import manifest from '@flux-pg/discovery/package.json' with { type: 'json' };
       console.log(locationRowSchema.safeParse({ name: 'myapp', hash: '', ip: '10.0.0.1' }).success);
       console.log(locationRowSchema.safeParse({ name: 'myapp' }).success, manifest.name);
       await import('@flux-pg/discovery/dist/index.js').catch(({ code }) => console.log(code));`,
    );
    expect(await mustRun(node(), [name], project.path)).toBe(
      'true\nfalse @flux-pg/discovery\nERR_PACKAGE_PATH_NOT_EXPORTED\n',
    );
  });

  test('the command runs', async () => {
    const args = ['locations', 'myapp', '--api', apiUrl, '--allow-private', '--nodes', '0'];
    expect(await mustRun(node(), [cli, ...args], project.path)).toContain('10.0.0.2:16137');
  });

  test('the import is quick', async () => {
    const name = await write(
      'import.js',
      `const startMs = performance.now();
       await import('@flux-pg/discovery');
       console.log(performance.now() - startMs);`,
    );
    const timesMs: number[] = [];
    for (let count = 0; count < 5; count += 1) {
      timesMs.push(Number(await mustRun(node(), [name], project.path)));
    }
    const medianMs = timesMs.sort((left, right) => left - right)[2] ?? Number.NaN;
    console.info(`import with ${title}: ${medianMs.toFixed(1)} ms, the goal is 60 ms`);
    expect(medianMs).toBeLessThan(IMPORT_LIMIT_MS);
  });
});

describe('the installed command', () => {
  test('tells its version and its usage', async () => {
    const { version }: { readonly version: string } = JSON.parse(
      await readFile(join(packageFolder, 'package.json'), 'utf8'),
    );
    expect(await command('--version')).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
    expect(await command('--help')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('Usage: flux-discovery COMMAND APP'),
      stderr: '',
    });
  });

  test('is what npx runs for the name of the package', async () => {
    const { stdout } = await command('--version');
    expect(await mustRun('npx', ['--no-install', '@flux-pg/discovery', '--version'], project.path)).toBe(
      stdout,
    );
  });

  test('lists an app as text and as JSON', async () => {
    expect(await locations('myapp')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('10.0.0.1:16127'),
    });
    const { exitCode, stdout } = await locations('myapp', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      known: true,
      contact: 'api',
      instances: [{ address: { ip: '10.0.0.1' } }, { address: { ip: '10.0.0.2', apiPort: 16_137 } }],
    });
  });

  test('ends with 3 for an app of which nothing is known', async () => {
    expect(await locations('nosuchapp')).toMatchObject({ exitCode: 3, stderr: '' });
  });

  test('ends with 2 when called wrongly', async () => {
    expect(await command('locate', 'myapp')).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('COMMAND is one of'),
    });
  });

  test('ends quietly when nobody reads on', async () => {
    const child = spawn(process.execPath, [cli, '--help'], {
      cwd: project.path,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    const [said, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect({ exitCode, said }).toEqual({ exitCode: 0, said: '' });
  });

  test('ends with 1 when Flux gives no usable answer', async () => {
    await control.setFaults({ kind: 'html' });
    expect(await locations('myapp')).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('schema'),
    });
  });
});

describe('the installed types', () => {
  test.each(['nodenext', 'bundler'])(
    'satisfy a strict compiler that resolves modules as %s and checks libraries, too',
    async (resolution) => {
      const module = resolution === 'bundler' ? 'preserve' : 'nodenext';
      await write(
        'consumer.ts',
        `import { type Discovery, DiscoveryError, FluxClient, FluxDiscovery, type ListingSource } from '@flux-pg/discovery';
         import { type LocationRow, locationRowSchema } from '@flux-pg/discovery/wire';
         export const source: ListingSource = {
           name: 'none', kind: 'none', trust: 'hint',
           list: async () => ({ locations: [], rejected: [], receivedAtMs: 0 }),
         };
         export async function addresses(app: string): Promise<readonly string[] | Discovery['sources']> {
           await using client = new FluxClient({ requestTimeoutMs: 1000 });
           const found = await new FluxDiscovery({ client, sources: [source] }).discover(app);
           return found.known ? found.instances.map(({ address }) => address.ip) : found.sources;
         }
         export const codeOf = (error: unknown) => (error instanceof DiscoveryError ? error.code : undefined);
         export const row: LocationRow = locationRowSchema.parse({});
         // @ts-expect-error a time is a number
         export const wrong = new FluxClient({ requestTimeoutMs: '1000' });`,
      );
      const compilerOptions = {
        module,
        moduleResolution: resolution,
        target: 'es2024',
        lib: ['es2024', 'esnext.disposable'],
        types: ['node'],
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        noEmit: true,
      };
      const config = await write(
        `tsconfig.${resolution}.json`,
        JSON.stringify({ compilerOptions, files: ['consumer.ts'] }),
      );
      const tsc = join(testFolder, 'node_modules', '.bin', 'tsc');
      expect(await run(tsc, ['-p', config], project.path)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    },
    SLOW_MS,
  );
});
