export * from './etcd-start/index.ts';
export * from './founding/index.ts';
export * from './member-names/index.ts';
export * from './membership/index.ts';
export * from './port/index.ts';
