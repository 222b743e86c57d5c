import { connectEngine, type Engine } from './engine.ts';

const filters = { label: ['flux-pg.test=1'] };

type Labels = Readonly<Record<string, string>> | null | undefined;
type Choice = (name: string, labels: Labels) => boolean;

/** A run that still lives keeps its things. */
function isOrphan(labels: Labels): boolean {
  const pid = Number(labels?.['flux-pg.test.pid'] ?? 0);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

/** In the order in which the engine lets go of them. */
async function removeChosen(engine: Engine, isChosen: Choice): Promise<void> {
  const containers = await engine.listContainers({ all: true, filters });
  await Promise.all(
    containers
      .filter(({ Names, Labels }) => isChosen((Names[0] ?? '').slice(1), Labels))
      .map(({ Id }) => engine.getContainer(Id).remove({ force: true, v: true })),
  );
  for (const { Id, Name, Labels } of await engine.listNetworks({ filters })) {
    if (isChosen(Name, Labels)) await engine.getNetwork(Id).remove();
  }
  // The engine says null where there is no volume at all.
  const { Volumes } = await engine.listVolumes({ filters });
  for (const { Name, Labels } of Volumes ?? []) {
    if (isChosen(Name, Labels)) await engine.getVolume(Name).remove();
  }
}

/** Removes containers, networks and volumes of runs whose process is gone. */
export async function removeLeftovers(): Promise<void> {
  await removeChosen(await connectEngine(), (_, labels) => isOrphan(labels));
}

/** Removes everything whose name is the run's or begins with it. */
export async function removeRun(runName: string): Promise<void> {
  await removeChosen(await connectEngine(), (name) => name === runName || name.startsWith(`${runName}-`));
}
