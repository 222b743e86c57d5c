import type { Announcement, announcementSchema } from '../announcement.ts';
import type { DerivedKeys } from '../keys/derivation.ts';
import type { Loop } from '../loop/loop.ts';
import { AGENT_SOCKET, CONTROL_SOCKET } from '../paths.ts';
import { createControlHandler, createStatusHandler, listenOnUnixSocket } from '../status-exchange/index.ts';
import type { VolumePort } from '../volume-state/volume-state.ts';
import { ownDocument } from './own-document.ts';
import { statusReport } from './report.ts';

/** What the two sockets are served from. */
export interface StatusSources {
  readonly keys: DerivedKeys;
  readonly appName: string;
  readonly announcementSchema: typeof announcementSchema;
  readonly loop: Loop;
  readonly volume: VolumePort;
  readonly ownAddress: () => string | null;
  readonly voterTarget: (members: number) => number;
  readonly software: string;
  /** Monotonic milliseconds, by the clock of the loop. */
  readonly nowMs: () => number;
  readonly onCaller: (announcement: Announcement) => void;
  readonly onError: (error: unknown) => void;
}

const REFRESH_AFTER_MS = 3500;

/** Thrown before the first tick is over: the peer then counts this node as present, which decides nothing. */
class NotReady extends Error {}

/** Serves peers through the router, and the command `flux-pg` on a socket of root's own. */
export async function serveStatus(sources: StatusSources): Promise<void> {
  const { keys, loop, volume, ownAddress } = sources;
  const document = () => {
    const { view, decision } = loop.state();
    // Peers act on young statuses only, so who asks for one that is nearly too old also asks for a new look.
    if (view !== null && sources.nowMs() - view.lookedAtMs > REFRESH_AFTER_MS) loop.wake();
    if (view === null) throw new NotReady('the first look is not over yet');
    const facts = {
      software: sources.software,
      fingerprint: keys.fingerprint,
      reason: decision?.reason ?? 'starting',
      nowMs: sources.nowMs(),
    };
    return ownDocument(view, volume.state(), facts);
  };
  const peers = createStatusHandler({
    statusKey: Buffer.from(keys.statusKeyHex, 'hex'),
    appName: sources.appName,
    document,
    announcementSchema: sources.announcementSchema,
    ownAddresses: () => {
      const address = ownAddress();
      return address === null ? null : [address];
    },
    onCaller: sources.onCaller,
  });
  const control = createControlHandler({
    status: () => statusReport(loop.state(), ownAddress(), sources.voterTarget),
  });
  const onError = (error: unknown) => {
    if (!(error instanceof NotReady)) sources.onError(error);
  };
  // HAProxy runs as a user of its own; what the socket tells, it tells only to those who prove the key.
  await listenOnUnixSocket({ path: AGENT_SOCKET, mode: 0o666, handle: peers, onError });
  await listenOnUnixSocket({ path: CONTROL_SOCKET, mode: 0o600, handle: control, onError });
}
