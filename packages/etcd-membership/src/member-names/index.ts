export { compareIds } from './compare-ids.ts';
export { type HostEntry, memberHosts } from './member-hosts.ts';
export { type MemberName, memberName, parseMemberName, peerHost, peerUrl } from './member-name.ts';
