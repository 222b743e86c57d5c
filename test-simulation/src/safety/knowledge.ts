import type { Volume } from '../disk/volume.ts';
import type { World } from '../world/world.ts';
import { type Absences, instanceOf } from './absences.ts';

/** What the nodes that have no cluster yet could know of the others. */
export interface Knowledge {
  /** Whether whoever has the volume could know that the other one exists and is not gone. */
  readonly mayKnow: (volume: Volume, other: Volume) => boolean;
  /** Once a virtual second. */
  readonly look: () => void;
}

/** The public API, and the same API on two nodes; a private Flux is one database. */
const SOURCES = [0, 1, 2] as const;
/** Whoever is up asks each address that is listed to it, and is heard by that. */
const HEARD_AFTER_MS = 20_000;
/** Design 6.3: a listed instance that is silent holds a founding up for good only if it is older than this. */
const YOUNG_MS = 10 * 60_000;

function listedTo(world: World, caller: string): ReadonlySet<string> {
  const { flux } = world;
  const addresses = new Set<string>();
  for (const source of flux.witnessCount === 1 ? SOURCES.slice(0, 1) : SOURCES) {
    try {
      for (const { address } of flux.answer(source, caller)) addresses.add(address);
    } catch {
      // No answer is no information.
    }
  }
  return addresses;
}

function isYoungBeside(volume: Volume, other: Volume): boolean {
  const [own, others] = [volume, other].map(({ content }) => content.state?.firstStartedAtMs);
  return own !== undefined && others !== undefined && own - others < YOUNG_MS;
}

/**
 * A volume that was never listed to a node, and is silent to it, cannot be known to it; one that was listed counts until it
 * is gone: unlisted and silent for the grace. Whoever is listed in truth counts whatever the sources say, unless it is young
 * and was silent for as long as a founding waits for it.
 */
export function watchKnowledge(world: World, absences: Absences): Knowledge {
  const graceMs = world.config.fenceAfterMs + world.config.absenceGraceMs;
  /** When an address was last listed to an instance. */
  const listedAtMs = new Map<string, number>();
  return {
    look: () => {
      const nowMs = world.scheduler.nowMs();
      for (const { key, volume } of world.containers.values()) {
        if ((volume.content.state?.cluster ?? null) !== null) continue;
        for (const address of listedTo(world, key)) listedAtMs.set(`${volume.key} ${address}`, nowMs);
      }
    },
    mayKnow: (volume, other) => {
      if (other.destroyed) return false;
      const nowMs = world.scheduler.nowMs();
      const [from, key] = [instanceOf(volume), instanceOf(other)];
      const address = world.network.addressOf(key);
      const silentSinceMs = absences.silentSinceMs(key, from);
      const silentForMs = silentSinceMs === null ? 0 : nowMs - silentSinceMs;
      if (silentForMs >= world.config.formationTimeoutMs && isYoungBeside(volume, other)) return false;
      if (address !== null && world.flux.registered().includes(address)) return true;
      const answersSinceMs = absences.answersSinceMs(key, from);
      if (answersSinceMs !== null && nowMs - answersSinceMs >= HEARD_AFTER_MS) return true;
      const lastMs = listedAtMs.get(`${volume.key} ${address ?? ''}`);
      return lastMs !== undefined && nowMs - lastMs < graceMs;
    },
  };
}
