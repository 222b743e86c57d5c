import type { Volume } from '../disk/volume.ts';
import type { World } from '../world/world.ts';

/** Who was out of whose reach, since when; null while it is not so. Instances by their keys. */
export interface Absences {
  /** Since when the node does not serve as primary in reach of the other one. */
  readonly awaySinceMs: (key: string, from: string) => number | null;
  /** Since when the node could not have told the other one of its copy. */
  readonly silentSinceMs: (key: string, from: string) => number | null;
  /** Since when the node has been able to tell the other one of its copy. */
  readonly answersSinceMs: (key: string, from: string) => number | null;
  /** Since when the node's Patroni has been able to stand against the other's in a race for the leader key. */
  readonly competesSinceMs: (key: string, from: string) => number | null;
  /** When last the node was gone for a recovery by the other one: silent for both graces, and listed by no witness that it hears. */
  readonly goneAtMs: (key: string, from: string) => number | null;
  /** When last no PostgreSQL ran anywhere: whoever leads after that has been chosen by a cold start. */
  readonly allDownAtMs: () => number;
}

/** Absences are looked at once a second, and promotions every two. */
export const LOOK_SLACK_MS = 2000;

/** The instance that a volume belongs to. */
export function instanceOf({ key }: Volume): string {
  return key.split('/')[0] ?? '';
}

/** What a witness tells a caller; null where it fails or knows of nobody, which is no information. */
function told(world: World, source: number, caller: string): ReadonlySet<string> | null {
  try {
    const rows = world.flux.answer(source, caller);
    return rows.length === 0 ? null : new Set(rows.map(({ address }) => address));
  } catch {
    return null;
  }
}

/** Whether a quorum of the witnesses tells the caller who exists, and none of them lists the node. */
export function isUnlisted(world: World, key: string, caller: string): boolean {
  const address = world.network.addressOf(key);
  const { witnessCount } = world.flux;
  const sources = witnessCount === 1 ? [0] : Array.from({ length: witnessCount }, (_, index) => index + 1);
  const answers = sources.flatMap((source) => told(world, source, caller) ?? []);
  if (answers.length <= sources.length / 2) return false;
  return address === null || !answers.some((addresses) => addresses.has(address));
}

/** For each pair since when something has been so. */
class Since {
  readonly #sinceMs = new Map<string, number>();

  note(pair: string, holds: boolean, nowMs: number): void {
    if (!holds) this.#sinceMs.delete(pair);
    else if (!this.#sinceMs.has(pair)) this.#sinceMs.set(pair, nowMs);
  }

  of = (key: string, from: string): number | null => this.#sinceMs.get(`${key} ${from}`) ?? null;
}

/** Keeps who did not reach whom, and whether PostgreSQL ran anywhere. Looked at once a virtual second. */
export function watchAbsences(world: World): Absences & { readonly look: () => void } {
  const [away, silent, answers, competes, unlisted] = [
    new Since(),
    new Since(),
    new Since(),
    new Since(),
    new Since(),
  ];
  const goneAtMs = new Map<string, number>();
  const { fenceAfterMs, absenceGraceMs } = world.config;
  let allDownAtMs = Number.NEGATIVE_INFINITY;
  let everRan = false;

  function lookAt(key: string, from: string, nowMs: number): void {
    const container = world.containers.get(key);
    const inReach = container?.isUp() === true && !container.isPaused() && world.network.connected(key, from);
    const database = inReach ? (container.patroni()?.database() ?? null) : null;
    const canTell = inReach && container.agent() !== null;
    const pair = `${key} ${from}`;
    away.note(pair, database?.writable !== true, nowMs);
    silent.note(pair, !canTell, nowMs);
    answers.note(pair, canTell, nowMs);
    // Calls between Patronis go through the other node's router.
    competes.note(pair, database !== null && container?.runs('router') === true, nowMs);
    unlisted.note(pair, !canTell && isUnlisted(world, key, from), nowMs);
    const unlistedSinceMs = unlisted.of(key, from);
    if (unlistedSinceMs === null) return;
    if (nowMs - unlistedSinceMs >= fenceAfterMs + absenceGraceMs - LOOK_SLACK_MS) goneAtMs.set(pair, nowMs);
  }

  return {
    awaySinceMs: away.of,
    silentSinceMs: silent.of,
    answersSinceMs: answers.of,
    competesSinceMs: competes.of,
    goneAtMs: (key, from) => goneAtMs.get(`${key} ${from}`) ?? null,
    allDownAtMs: () => allDownAtMs,
    look: () => {
      const nowMs = world.scheduler.nowMs();
      for (const key of world.containers.keys()) {
        for (const from of world.containers.keys()) lookAt(key, from, nowMs);
      }
      const runs = [...world.containers.values()].some(
        (container) => !container.isPaused() && (container.patroni()?.database() ?? null) !== null,
      );
      if (!runs && everRan) allDownAtMs = nowMs;
      everRan ||= runs;
    },
  };
}
