import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import { blockHelperNames, serializers, templateSerializers } from '../src/serializers.ts';
import { checkTemplate } from './check-template.ts';

const templatesDirectory = new URL('../templates/', import.meta.url);

/** Where the compiled templates are kept. */
export const compiledFile = new URL('compiled.js', templatesDirectory);

/**
 * Checks and compiles all templates.
 *
 * @returns The text of the module `templates/compiled.js`.
 * @throws TemplateRefused if a template interpolates anything without a serializer of its format.
 */
export function compileTemplates(): string {
  const members = Object.entries(templateSerializers).map(([name, allowed]) => {
    const source = readFileSync(new URL(`${name}.hbs`, templatesDirectory), 'utf8');
    checkTemplate(source, { serializers: allowed, blockHelpers: blockHelperNames });
    return `  ${JSON.stringify(name)}: ${String(compile(source))},\n`;
  });
  return `// Compiled from the .hbs files beside it by \`pnpm templates\`.\nexport const compiled = {\n${members.join('')}};\n`;
}

/** Values are escaped by the serializers, for the format they go into; HTML escapes would change them. */
function compile(source: string): TemplateSpecification {
  const helperNames = [...Object.keys(serializers), ...blockHelperNames];
  return Handlebars.precompile(source, {
    strict: true,
    noEscape: true,
    knownHelpersOnly: true,
    knownHelpers: Object.fromEntries(helperNames.map((name) => [name, true])),
  });
}
