import { rules } from '@flux-pg/node-agent/loop';

const counts = new Map<string, number>();
let watched = false;

/**
 * From now on it is counted which rules have something to decide. The loop does not tell, so the rules are wrapped in place, once
 * for all worlds of the thread; what they decide stays the same.
 */
export function watchRules(): void {
  counts.clear();
  if (watched) return;
  watched = true;
  for (const rule of rules) {
    const { name, apply } = rule;
    const watching: typeof apply = (view) => {
      const decision = apply(view);
      if (decision !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
      return decision;
    };
    Object.assign(rule, { apply: watching });
  }
}

/** What was counted since `watchRules`, in the form of the other coverage: `rule:NAME`. */
export function ruleCounts(): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].map(([name, count]) => [`rule:${name}`, count]));
}

/** Rules of the loop that never decided anything in all these runs. */
export function idleRules(total: ReadonlyMap<string, number>): readonly string[] {
  return rules.map(({ name }) => name).filter((name) => !total.has(`rule:${name}`));
}
