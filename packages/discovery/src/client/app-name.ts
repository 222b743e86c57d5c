/** The name as it stands in a path. Throws a `TypeError` for one that Flux could not have accepted. */
export function appSegment(app: string): string {
  // Flux uses the name as a regular expression, so anything beyond a plain name would ask for other apps, too.
  if (/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(app)) return app;
  throw new TypeError('an app name consists of letters, digits, "-" and "_"');
}
