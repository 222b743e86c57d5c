import { newStartIds } from '@flux-pg/etcd-membership';
import type { NodeState, VolumePort } from '@flux-pg/node-agent/loop';
import type { PgData } from '../kernel/contracts.ts';
import { inspectPgData, MAJOR_VERSION } from './inspect.ts';
import { persist, requireRoom, type SetAside, type Volume, type VolumeContent } from './volume.ts';

/** How the agent's effects on the volume are carried out: each may be the last thing that its process does. */
export type Effect = <T>(name: string, apply: () => T) => Promise<T>;

const SET_ASIDE_KEPT = 20;
const FREE_BYTES = 10 * 1024 ** 3;

/** What the start of the agent writes before it does anything else: an identity where there is none, and its start id. */
export function openVolume(volume: Volume, fresh: () => NodeState, random: string): void {
  const state = volume.content.state ?? fresh();
  persist(volume, { state: { ...state, startIds: newStartIds(state.startIds, random) } });
}

function quarantineEntry({ name, pgdata, isContained }: SetAside) {
  const partial = pgdata?.unfinished === 'initdb' || pgdata?.unfinished === 'clone';
  const holds = pgdata === null ? ('other' as const) : partial ? ('partial' as const) : ('copy' as const);
  return { name, bytes: 1, holds, contained: isContained };
}

/** What is in quarantine, and what may leave it. */
function quarantinePort(volume: Volume, effect: Effect) {
  const entries = () => volume.content.quarantine.map(quarantineEntry);
  return {
    quarantine: async () => entries(),
    markContained: (wanted: string) =>
      effect('volume.markContained', () => {
        const quarantine = volume.content.quarantine.map((kept) =>
          kept.name === wanted ? { ...kept, isContained: true } : kept,
        );
        persist(volume, { quarantine });
      }),
    // Space is not modelled, so only what is worth nothing leaves.
    releaseQuarantine: () =>
      effect('volume.releaseQuarantine', () => {
        const released = entries().filter(({ holds, contained }) => holds === 'partial' || contained);
        const names = new Set(released.map(({ name }) => name));
        const quarantine = volume.content.quarantine.filter(({ name }) => !names.has(name));
        persist(volume, { quarantine });
        return { released: [...names], kept: quarantine.map(({ name }) => name), freeBytes: FREE_BYTES };
      }),
  };
}

/** What stands in the way of an adoption, as far as the model has such a thing; else the data is moved. */
function adopt(volume: Volume): Awaited<ReturnType<VolumePort['adoptRootData']>> {
  const { root, pgdata } = volume.content;
  const refused = (problem: 'nothing-at-root' | 'other-major-version' | 'pgdata-not-empty') => {
    return { ok: false as const, problem, detail: 'nothing was moved' };
  };
  if (root === null) return refused('nothing-at-root');
  if (root.majorVersion !== MAJOR_VERSION) return refused('other-major-version');
  if (pgdata !== null) return refused('pgdata-not-empty');
  persist(volume, { pgdata: root.pgdata, root: null });
  return { ok: true };
}

/**
 * The volume as one run of the agent's process sees it. What it holds in memory is what it has written, so everything is read
 * from the content.
 */
export function createVolumePort(volume: Volume, anyEffect: Effect, random: () => string): VolumePort {
  const effect: Effect = (name, apply) =>
    anyEffect(name, () => {
      requireRoom(volume);
      return apply();
    });
  const { stamp: stampAtOpen } = volume.content;
  let known: PgData | null = null;
  let neverRead = true;
  let outdated = true;
  let lookedTimeline: number | null = null;
  const aside = (name: string, change: Partial<VolumeContent>) => {
    const { pgdata, damage, quarantine } = volume.content;
    const isPostgres = change.pgdata === null;
    const kept = { name, pgdata: isPostgres ? pgdata : null, isContained: false };
    // What could not be read moves with it.
    const left = { ...change, damage: isPostgres ? null : damage };
    persist(volume, { ...left, quarantine: [...quarantine, kept].slice(-SET_ASIDE_KEPT) });
    outdated = true;
  };
  const state = () => {
    if (volume.content.state === null) throw new Error('the volume has not been opened');
    return volume.content.state;
  };
  return {
    state,
    startId: () => state().startIds.at(-1) ?? '',
    renewStartId: () => effect('volume.renewStartId', () => openVolume(volume, state, random())),
    writeState: (next) => effect('volume.writeState', () => persist(volume, { state: next })),
    mirror: () => volume.content.mirror,
    writeMirror: (mirror) => effect('volume.writeMirror', () => persist(volume, { mirror })),
    stampAtOpen: () => stampAtOpen,
    writeStamp: async (stamp) => {
      requireRoom(volume);
      persist(volume, { stamp });
    },
    inspect: async ({ patroniAlive, runningTimeline = null }) => {
      const hasMoved = patroniAlive && runningTimeline !== null && runningTimeline !== lookedTimeline;
      if (neverRead || hasMoved || (outdated && !patroniAlive)) {
        lookedTimeline = runningTimeline;
        known = volume.content.pgdata;
        outdated = false;
        neverRead = false;
      }
      if (patroniAlive) outdated = true;
      const { damage, root } = volume.content;
      return {
        postgres:
          damage === null
            ? inspectPgData(known, patroniAlive, lookedTimeline !== null)
            : { kind: 'unreadable' as const, reason: damage, majorVersion: null },
        atRoot: root !== null,
        atRootMajorVersion: root?.majorVersion ?? null,
        etcdData: volume.content.etcd !== null,
        setAside: volume.content.quarantine.some((kept) => quarantineEntry(kept).holds === 'copy'),
        freeBytes: FREE_BYTES,
      };
    },
    setAsidePostgres: (why) => effect('volume.setAsidePostgres', () => aside(why, { pgdata: null })),
    quarantineEtcd: (incarnation) =>
      effect('volume.quarantineEtcd', () => aside(`etcd-${incarnation}`, { etcd: null })),
    adoptRootData: () =>
      effect('volume.adoptRootData', () => {
        outdated = true;
        return adopt(volume);
      }),
    ...quarantinePort(volume, effect),
  };
}
