import { images } from '../config.ts';
import { HarnessError } from '../harness-error.ts';
import { within } from '../waiting.ts';
import { connectEngine, ownLabels } from './engine.ts';

const TIMEOUT_MS = 60_000;

/** An image of the engine that is removed when it is disposed of. */
export interface ChangedImage extends AsyncDisposable {
  readonly name: string;
}

/**
 * Makes another image of the node's: runs a shell script in a container of it and keeps the outcome.
 *
 * @param version - its tag, and what it calls its own version.
 */
export async function changeImage(version: string, script: string): Promise<ChangedImage> {
  const engine = await connectEngine();
  const [repo = ''] = images.node.split(':');
  const name = `${repo}:${version}-${process.pid}`;
  const { Config } = await engine.getImage(images.node).inspect();
  const container = await engine.createContainer({
    Image: images.node,
    Entrypoint: [],
    Cmd: ['sh', '-ec', script],
    Tty: true,
    Labels: { ...ownLabels },
    HostConfig: { NetworkMode: 'none' },
  });
  try {
    await container.start();
    const { StatusCode: exitCode } = await within(script, TIMEOUT_MS, container.wait());
    if (exitCode !== 0) throw new HarnessError('exec', `${script} ended with ${exitCode}`);
    await container.commit({
      repo,
      tag: `${version}-${process.pid}`,
      // What a container runs becomes the image's, so it is put back.
      changes: [`CMD ${JSON.stringify(Config.Cmd)}`, `ENV FLUX_PG_VERSION=${version}`],
    });
  } finally {
    await container.remove({ force: true });
  }
  return { name, [Symbol.asyncDispose]: async () => engine.getImage(name).remove({ force: true }) };
}
