import { decisionLists, type ListedRule } from '@flux-pg/etcd-membership/decision-lists';
import { rules } from '@flux-pg/node-agent/loop';

const counts = new Map<string, number>();
let watched = false;

function add(key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Counts the rule, and the reason of its decision: what another rule outranks in the loop was found all the same. */
function count(key: string, decision: unknown): void {
  if (typeof decision !== 'object' || decision === null) return;
  add(key);
  const reason: unknown = Reflect.get(decision, 'reason');
  if (typeof reason === 'string') add(`found ${reason}`);
}

/** How a rule is named in the coverage: by its list, as two lists may have rules of one name. */
function keyOf(list: string, name: string): string {
  return `${list}:${name}`;
}

/**
 * From now on it is counted which rules have something to decide. Nobody tells, so the rules are wrapped in place, once for all
 * worlds of the thread; what they decide stays the same.
 */
export function watchRules(): void {
  counts.clear();
  if (watched) return;
  watched = true;
  for (const rule of rules) {
    const { name, apply } = rule;
    const watching: typeof apply = (view) => {
      const decision = apply(view);
      count(keyOf('loop', name), decision);
      return decision;
    };
    Object.assign(rule, { apply: watching });
  }
  for (const [list, listed] of Object.entries(decisionLists)) {
    const watching = listed.map((rule): ListedRule => {
      const key = keyOf(list, rule.name);
      return (...evidence) => {
        const decision = rule(...evidence);
        count(key, decision);
        return decision;
      };
    });
    // The lists are readonly for those who decide by them.
    Object.assign(listed, watching);
  }
}

/** What was counted since `watchRules`, in the form of the other coverage. */
export function ruleCounts(): Readonly<Record<string, number>> {
  return Object.fromEntries(counts);
}

/** All rules, by the names that they have in the coverage. Only before anything is watched: a wrapped rule has no name. */
export const allRules: readonly string[] = [
  ...rules.map(({ name }) => keyOf('loop', name)),
  ...Object.entries(decisionLists).flatMap(([list, listed]) => listed.map(({ name }) => keyOf(list, name))),
];

/** Rules that never decided anything in all these runs. */
export function idleRules(total: ReadonlyMap<string, number>): readonly string[] {
  return allRules.filter((key) => !total.has(key));
}
