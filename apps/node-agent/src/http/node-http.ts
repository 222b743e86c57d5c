// Not imported: an import reads everything that a module exports, and `WebSocket` in `node:http` brings all of `fetch` with
// it, which takes 8 of the 80 MB that the agent has.

/** `node:http`; types can be imported as ever. */
export const http = process.getBuiltinModule('node:http');

/** `node:https`; types can be imported as ever. */
export const https = process.getBuiltinModule('node:https');
