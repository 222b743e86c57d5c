import { haproxyWord } from './haproxy-word.ts';
import { pgHbaAddress, pgHbaName } from './pg-hba-token.ts';
import { yamlScalar } from './yaml-scalar.ts';

/** Turns one value into text that stays one value in the target format, or throws a RenderError. */
export type Serializer = (value: unknown) => string;

/** The helpers a template may interpolate with. */
export const serializers = {
  yaml: yamlScalar,
  haproxy: haproxyWord,
  hbaName: pgHbaName,
  hbaAddress: pgHbaAddress,
} as const satisfies Record<string, Serializer>;

/** Name of a serializing helper. */
export type SerializerName = keyof typeof serializers;

/** Which helpers fit which file: a value serialized for another format could break out of this one. */
export const templateSerializers = {
  'patroni.yml': ['yaml'],
  'etcd.yml': ['yaml'],
  'haproxy.cfg': ['haproxy'],
  'pg_hba.conf': ['hbaName', 'hbaAddress'],
} as const satisfies Record<string, readonly SerializerName[]>;

/** Name of a template, which is the name of the file it renders. */
export type TemplateName = keyof typeof templateSerializers;

/** The block helpers a template may use, beside the serializers. */
export const blockHelperNames = ['if', 'each'] as const;
