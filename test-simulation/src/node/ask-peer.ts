import type { Announcement, StatusAnswer, StatusDocument } from '@flux-pg/node-agent/loop';
import type { World } from '../world/world.ts';
import type { Container } from './container.ts';

type Answer = StatusAnswer<StatusDocument>;

/** The agent's time limit for one question. */
const TIMEOUT_MS = 1500;

/**
 * One question for a node's status: a packet there and one back. The exchange of nonces is not modelled, so whoever has an
 * address proves who he is or is a stranger.
 */
export async function askPeer(
  world: World,
  from: Container,
  address: string,
  announcement: Announcement,
): Promise<Answer> {
  const { network, scheduler } = world;
  const startedAtMs = scheduler.nowMs();
  const silence = async (): Promise<Answer> => {
    await scheduler.sleep(Math.max(0, startedAtMs + TIMEOUT_MS - scheduler.nowMs()));
    return { kind: 'silent', reason: 'timeout', detail: 'no answer' };
  };
  const dialled = network.holderOf(address);
  if (dialled === null) return silence();
  if (dialled.kind === 'stranger') {
    await scheduler.sleep(100);
    return { kind: 'present', reason: 'unreadable', detail: 'not an answer of this protocol' };
  }
  const delayMs = network.oneWayMs(from.key, dialled.key);
  await scheduler.sleep(delayMs);
  const target = world.containers.get(dialled.key);
  const lost = !network.passes(from.key, dialled.key) || network.holderOf(address) !== dialled;
  // A machine that is gone answers nothing; a container that is down leaves its machine to refuse.
  if (lost || target === undefined || target.isPaused()) return silence();
  const answer = target.runs('router') ? routed(target, address, announcement) : null;
  await scheduler.sleep(delayMs);
  if (!network.passes(dialled.key, from.key)) return silence();
  return answer ?? { kind: 'silent', reason: 'refused', detail: 'connection refused' };
}

function routed(target: Container, address: string, announcement: Announcement): Answer {
  const agent = target.agent();
  if (agent === null) return { kind: 'present', reason: 'unavailable', detail: 'HTTP status 503' };
  return agent.answer(address, announcement);
}
