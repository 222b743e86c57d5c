import type { Scheduler } from '../kernel/contracts.ts';

/** Where a process dies: before or after an effect that it has under way. */
export interface CrashPoint {
  /** Effects of the agent that still succeed. */
  readonly effectsLeft: number;
  readonly phase: 'before' | 'after';
}

/** One run of the agent's process. Dead, none of what it waited for ever comes. */
export interface Life {
  readonly isAlive: () => boolean;
  readonly kill: () => void;
  readonly arm: (point: CrashPoint) => void;
  /** Passes on what was read, once the container runs and only while the process lives. */
  readonly read: <T>(reading: Promise<T>) => Promise<T>;
  /** Carries out an effect; it takes a moment, and the process may die before or after it. */
  readonly effect: <T>(name: string, apply: () => T | Promise<T>) => Promise<T>;
}

const EFFECT_MS = { least: 1, most: 8 } as const;

function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}

/** Begins a life. `crash` is told when an armed point is reached. */
export function beginLife(options: {
  readonly scheduler: Scheduler;
  /** Resolves at once unless the container is paused. */
  readonly whileRunning: () => Promise<void> | null;
  readonly crash: (where: string) => void;
}): Life {
  const { scheduler, whileRunning, crash } = options;
  let alive = true;
  let armed: CrashPoint | null = null;
  const running = async () => {
    for (let paused = whileRunning(); paused !== null; paused = whileRunning()) await paused;
  };
  const dies = (name: string, phase: CrashPoint['phase']): boolean => {
    if (!alive) return true;
    if (armed === null || armed.phase !== phase) return false;
    if (armed.effectsLeft > 0) {
      armed = { ...armed, effectsLeft: armed.effectsLeft - 1 };
      return false;
    }
    crash(`${phase} ${name}`);
    return true;
  };
  return {
    isAlive: () => alive,
    kill: () => {
      alive = false;
    },
    arm: (point) => {
      armed = point;
    },
    read: async (reading) => {
      try {
        const value = await reading;
        if (whileRunning() !== null) await running();
        return alive ? value : await never();
      } catch (error) {
        if (whileRunning() !== null) await running();
        if (!alive) await never();
        throw error;
      }
    },
    effect: async (name, apply) => {
      const spreadMs = EFFECT_MS.most - EFFECT_MS.least;
      await scheduler.sleep(EFFECT_MS.least + Math.floor(scheduler.random() * (spreadMs + 1)));
      await running();
      if (dies(name, 'before')) return never();
      const result = await apply();
      await running();
      return dies(name, 'after') ? never() : result;
    },
  };
}
