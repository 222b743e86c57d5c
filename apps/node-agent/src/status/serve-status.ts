import type { Announcement, announcementSchema } from '../announcement.ts';
import type { NodeState } from '../identity/node-state.ts';
import type { DerivedKeys } from '../keys/derivation.ts';
import type { Loop } from '../loop/loop.ts';
import type { Clock } from '../loop/ports.ts';
import type { View } from '../loop/view.ts';
import { foundRequestSchema, recloneRequestSchema, recoverRequestSchema } from '../operator/exchange.ts';
import { createOrderDesk } from '../operator/order-desk.ts';
import type { OperatorOrder } from '../operator/orders.ts';
import { AGENT_SOCKET, CONTROL_SOCKET } from '../paths.ts';
import { createControlHandler, createStatusHandler, listenOnUnixSocket } from '../status-exchange/index.ts';
import { controlCommand } from '../status-exchange/local-control.ts';
import type { VolumePort } from '../volume-state/volume-state.ts';
import type { StatusDocument } from './document.ts';
import { ageOf, ownDocument } from './own-document.ts';
import { statusReport } from './report.ts';

/** What this node's own status is made of. */
export interface DocumentSources {
  readonly loop: Pick<Loop, 'state' | 'refresh'>;
  readonly volume: Pick<VolumePort, 'state'>;
  readonly software: string;
  /** Tells which cluster secret this node holds, without telling the secret. */
  readonly fingerprint: string;
  /** Monotonic milliseconds, by the clock of the loop. */
  readonly nowMs: () => number;
}

/** What the two sockets are served from. */
export interface StatusSources extends DocumentSources {
  readonly loop: Pick<Loop, 'state' | 'refresh' | 'wake'>;
  readonly keys: Pick<DerivedKeys, 'statusKeyHex'>;
  readonly appName: string;
  readonly announcementSchema: typeof announcementSchema;
  readonly ownAddress: () => string | null;
  readonly voterTarget: (members: number) => number;
  readonly onCaller: (announcement: Announcement) => void;
  /** Takes what a person has said; resolves once it is persisted. */
  readonly operator: { readonly give: (order: OperatorOrder) => Promise<void> };
  readonly clock: Pick<Clock, 'nowMs' | 'sleep'>;
  readonly onError: (error: unknown) => void;
}

const REFRESH_AFTER_MS = 3500;

/** Thrown before the first tick is over: the peer then counts this node as present, which decides nothing. */
class NotReady extends Error {}

/** Every peer asks once in a tick, and all but the age is the same for all of them. */
const documents = new WeakMap<View, { readonly state: NodeState; readonly document: StatusDocument }>();

/** This node's status as of now. Throws before the first look is over. */
export function currentDocument({
  loop,
  volume,
  software,
  fingerprint,
  nowMs,
}: DocumentSources): StatusDocument {
  const { view, decision } = loop.state();
  // Peers act on young statuses only, so who asks for one that is nearly too old also asks for a new look.
  if (view !== null && nowMs() - view.lookedAtMs > REFRESH_AFTER_MS) loop.refresh();
  if (view === null) throw new NotReady('the first look is not over yet');
  const state = volume.state();
  const reason = decision?.reason ?? 'starting';
  let made = documents.get(view);
  if (made === undefined || made.state !== state || made.document.reason !== reason) {
    made = { state, document: ownDocument(view, state, { software, fingerprint, reason, nowMs: nowMs() }) };
    documents.set(view, made);
  }
  return { ...made.document, ageMs: ageOf(view, nowMs()) };
}

/** Serves peers through the router, and the command `flux-pg` on a socket of root's own. */
export async function serveStatus(sources: StatusSources): Promise<void> {
  const { keys, loop, ownAddress } = sources;
  const peers = createStatusHandler({
    statusKey: Buffer.from(keys.statusKeyHex, 'hex'),
    appName: sources.appName,
    document: () => currentDocument(sources),
    announcementSchema: sources.announcementSchema,
    ownAddresses: () => {
      const address = ownAddress();
      return address === null ? null : [address];
    },
    onCaller: sources.onCaller,
  });
  const desk = createOrderDesk({ loop, clock: sources.clock, give: sources.operator.give });
  const control = createControlHandler({
    status: () => statusReport(loop.state(), ownAddress(), sources.voterTarget),
    commands: {
      '/v1/recover': controlCommand(recoverRequestSchema, desk.recover),
      '/v1/found': controlCommand(foundRequestSchema, desk.found),
      '/v1/reclone': controlCommand(recloneRequestSchema, desk.reclone),
    },
  });
  const onError = (error: unknown) => {
    if (!(error instanceof NotReady)) sources.onError(error);
  };
  // HAProxy runs as a user of its own; what the socket tells, it tells only to those who prove the key.
  await listenOnUnixSocket({ path: AGENT_SOCKET, mode: 0o666, handle: peers, onError });
  await listenOnUnixSocket({ path: CONTROL_SOCKET, mode: 0o600, handle: control, onError });
}
