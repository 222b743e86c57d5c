import type Handlebars from 'handlebars';
import runtime from 'handlebars/runtime.js';
import { compiled } from '../templates/compiled.js';
import { RenderError } from './render-error.ts';
import { type Serializer, serializers, type TemplateName } from './serializers.ts';

/** What a helper is told about the place in the template it is called from. */
interface CallSite {
  readonly loc?: { readonly start: { readonly line: number } };
}

interface BlockCall extends CallSite {
  readonly fn: (context: unknown) => string;
}

/** The runtime without the compiler: templates are compiled ahead, which saves the agent some 10 MB of memory. */
type HandlebarsRuntime = Pick<typeof Handlebars, 'create'>;

const renderers = new Map<TemplateName, (view: object) => string>();

/**
 * Fills a template.
 *
 * @throws RenderError, naming the template and the line, for the first value that is missing or does not fit.
 */
export function renderTemplate(name: TemplateName, view: object): string {
  let render = renderers.get(name);
  if (render === undefined) {
    render = loadTemplate(name);
    renderers.set(name, render);
  }
  try {
    return render(view);
  } catch (error) {
    if (error instanceof RenderError) throw error;
    throw new RenderError('template_failed', `${name}: the template failed`, { cause: error });
  }
}

function loadTemplate(name: TemplateName): (view: object) => string {
  const specification = compiled[name];
  if (specification === undefined) {
    throw new RenderError('template_failed', `there is no compiled template ${name}`);
  }
  const handlebars = (runtime as unknown as HandlebarsRuntime).create();
  for (const [helper, serialize] of Object.entries<Serializer>(serializers)) {
    handlebars.registerHelper(helper, (value: unknown, site: CallSite) =>
      locate(name, site, () => serialize(value)),
    );
  }
  handlebars.registerHelper('if', function (this: unknown, condition: unknown, call: BlockCall) {
    return locate(name, call, () => requireCondition(condition)) ? call.fn(this) : '';
  });
  handlebars.registerHelper('each', (items: unknown, call: BlockCall) =>
    locate(name, call, () => requireList(items))
      .map((item) => call.fn(item))
      .join(''),
  );
  return handlebars.template<object>(specification);
}

/** A misspelt condition would otherwise be false for ever, and a misspelt list empty. */
function requireCondition(value: unknown): boolean {
  if (typeof value !== 'boolean')
    throw new RenderError('missing_value', 'the condition is not true or false');
  return value;
}

function requireList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new RenderError('missing_value', 'there is no list');
  return value;
}

/** Adds the place in the template to the message of a RenderError. */
function locate<Result>(name: TemplateName, site: CallSite, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof RenderError)) throw error;
    throw new RenderError(error.code, `${name}.hbs line ${site.loc?.start.line ?? '?'}: ${error.message}`);
  }
}
