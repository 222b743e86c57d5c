import { parseConfig } from './config.ts';
import { loadFixture } from './fixture.ts';
import { createMockFlux } from './mock-flux.ts';

/** Whoever stops the program waits for it, so nothing may hold it up longer. */
const STOP_LIMIT_MS = 800;

async function run(): Promise<void> {
  const { host, port, fixturePath } = parseConfig();
  const mock = await createMockFlux(
    fixturePath === undefined ? {} : { fixture: await loadFixture(fixturePath) },
  );
  const stop = () => {
    setTimeout(() => process.exit(0), STOP_LIMIT_MS).unref();
    mock.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  // The first process of a container gets no signal that it does not handle.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
  process.stdout.write(`mock-flux listens on ${await mock.listen({ host, port })}\n`);
}

run().catch((error: unknown) => {
  process.stderr.write(`mock-flux cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
