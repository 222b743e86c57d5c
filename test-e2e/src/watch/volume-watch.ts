import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { VOLUME_PATH } from '../cluster/cluster-options.ts';

/** What is watched of a node. */
export interface WatchedVolume {
  readonly name: string;
  exec(command: readonly string[]): Promise<string>;
  follow(command: readonly string[], onLine: (line: string) => void): Promise<void>;
}

const sampleSchema = z.object({
  pid: z.number(),
  cluster: z.string().nullable(),
  epoch: z.number().nullable(),
  /** PostgreSQL's system id, the first eight bytes of its control file. */
  system: z.string().nullable(),
  pgdata: z.boolean(),
});

type Sample = z.infer<typeof sampleSchema>;

/** What the volumes held at any moment that was looked at. */
export interface VolumeReport {
  /** How often was looked; a watch that saw nothing because it did not look proves nothing. */
  readonly looks: ReadonlyMap<string, number>;
  readonly clusterIds: ReadonlySet<string>;
  readonly epochs: ReadonlySet<number>;
  readonly systemIds: ReadonlySet<string>;
  /** Nodes with a PGDATA, whole or not. */
  readonly holders: ReadonlySet<string>;
}

const RETRY_MS = 250;

/** Runs in the container; looking from outside would start a process for every look. */
const script = `
import json, os, struct, sys, time
volume = '${VOLUME_PATH}'
def state():
    try:
        with open(volume + '/flux-pg/node.json') as file: return json.load(file)
    except (OSError, ValueError): return {}
def system():
    try:
        with open(volume + '/pgdata/global/pg_control', 'rb') as file: return str(struct.unpack('<Q', file.read(8))[0])
    except (OSError, struct.error): return None
while True:
    cluster = state().get('cluster') or {}
    print(json.dumps({'pid': os.getpid(), 'cluster': cluster.get('id'), 'epoch': cluster.get('epoch'),
        'system': system(), 'pgdata': os.path.exists(volume + '/pgdata/PG_VERSION')}), flush=True)
    time.sleep(0.4)
`;

/** Looks at the volumes twice a second, for as long as their containers run: which cluster, which data is on them? */
export class VolumeWatch {
  readonly #samples: { readonly node: string; readonly sample: Sample }[] = [];
  readonly #pids = new Map<WatchedVolume, number>();
  readonly #followed: Promise<void>[] = [];
  #stopping = false;

  constructor(nodes: readonly WatchedVolume[]) {
    for (const node of nodes) this.add(node);
  }

  /** Watches one more. */
  add(node: WatchedVolume): void {
    this.#followed.push(this.#follow(node));
  }

  /** What was seen until now. */
  report(): VolumeReport {
    const looks = new Map<string, number>();
    for (const { node } of this.#samples) looks.set(node, (looks.get(node) ?? 0) + 1);
    return {
      looks,
      clusterIds: new Set(this.#samples.flatMap(({ sample }) => sample.cluster ?? [])),
      epochs: new Set(this.#samples.flatMap(({ sample }) => sample.epoch ?? [])),
      systemIds: new Set(this.#samples.flatMap(({ sample }) => sample.system ?? [])),
      holders: new Set(this.#samples.flatMap(({ node, sample }) => (sample.pgdata ? [node] : []))),
    };
  }

  /** Ends the watch. */
  async stop(): Promise<VolumeReport> {
    this.#stopping = true;
    // A container that has ended has taken its script with it.
    await Promise.all(
      [...this.#pids].map(([node, pid]) => node.exec(['kill', String(pid)]).catch(() => undefined)),
    );
    await Promise.race([Promise.all(this.#followed), delay(5000)]);
    return this.report();
  }

  async #follow(node: WatchedVolume): Promise<void> {
    while (!this.#stopping) {
      try {
        await node.follow(['python3', '-c', script], (line) => {
          const sample = sampleSchema.parse(JSON.parse(line));
          this.#pids.set(node, sample.pid);
          this.#samples.push({ node: node.name, sample });
        });
      } catch {
        // No container at the moment, or it has just ended.
      }
      await delay(RETRY_MS);
    }
  }
}
