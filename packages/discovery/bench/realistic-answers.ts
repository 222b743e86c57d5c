import { createHash } from 'node:crypto';
import type { Location, SourceAnswer } from '../src/index.ts';
import { aLocation, anAnswer, NOW_MS } from '../testing/answer-builder.ts';
import { aRow, success } from '../testing/row-builder.ts';

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const isoAt = (ms: number) => new Date(ms).toISOString();

/** A public address for each number, spread as the nodes of the network are; most name the port of their API. */
function ipOf(index: number): string {
  const ip = [45 + (index % 7), index % 256, (index * 37) % 256, 1 + (Math.floor(index / 256) % 250)].join(
    '.',
  );
  return index % 3 === 0 ? ip : `${ip}:${16_127 + (index % 8) * 10}`;
}

/** The answer of `/apps/location/APP` as text: full rows, and some that a node has learnt by bulk sync. */
export function listingText(rowCount: number): string {
  const rows = Array.from({ length: rowCount }, (_, index) => {
    const broadcastedMs = NOW_MS - (index % 60) * 60_000;
    const learntBySync = { runningSince: undefined, osUptime: undefined, staticIp: undefined };
    return aRow({
      hash: hash('specification'),
      ip: ipOf(index),
      broadcastedAt: isoAt(broadcastedMs),
      expireAt: isoAt(broadcastedMs + 125 * 60_000),
      runningSince: isoAt(NOW_MS - index * 3_600_000),
      osUptime: 1_000_000 + index,
      staticIp: index % 2 === 0,
      ...(index % 10 === 0 ? learntBySync : {}),
    });
  });
  return JSON.stringify(success(rows));
}

/** The answer of `/daemon/viewdeterministicfluxnodelist` as text, with all fields that Flux sends. */
export function nodeListText(nodeCount: number): string {
  const nodes = Array.from({ length: nodeCount }, (_, index) => {
    const txhash = hash(`node ${index}`);
    return {
      collateral: `COutPoint(${txhash}, ${index % 2})`,
      txhash,
      outidx: index % 2,
      ip: index % 100 === 0 ? '' : ipOf(index),
      network: 'ipv4',
      added_height: 1_200_000 + index,
      confirmed_height: 1_200_100 + index,
      last_confirmed_height: 2_200_000 + index,
      last_paid_height: 2_199_000 + index,
      tier: ['CUMULUS', 'NIMBUS', 'STRATUS'][index % 3],
      payment_address: `t1${hash(`address ${index}`).slice(0, 33)}`,
      pubkey: `02${hash(`key ${index}`)}`,
      activesince: String(1_700_000_000 + index),
      lastpaid: String(1_780_000_000 + index),
      amount: '1000.00',
      rank: index,
    };
  });
  return JSON.stringify(success(nodes));
}

/** Answers of sources that each know most of the instances, announced at different times and in different orders. */
export function overlappingAnswers(instanceCount: number, sourceCount: number): readonly SourceAnswer[] {
  return Array.from({ length: sourceCount }, (_, source) => {
    const locations = Array.from({ length: instanceCount }, (_, index): Location => {
      const place = (index * 7 + source * 13) % instanceCount;
      return aLocation(ipOf(place), { broadcastedAt: new Date(NOW_MS - ((place + source) % 60) * 60_000) });
    });
    const trust = source === 0 ? 'authenticated' : 'hint';
    const kind = source === 0 ? 'api' : 'node';
    return anAnswer(`source ${source}`, locations, { kind, trust, answeredBy: `8.9.0.${source}:16127` });
  });
}
