// The certificate library's container of parsers needs it loaded first.
import 'reflect-metadata';

export * as x509 from '@peculiar/x509';
