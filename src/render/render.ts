import Handlebars from 'handlebars';

/** Turns one template and its complete view into text. Compiled once per renderer. */
export interface Renderer<Views extends object> {
  render<Name extends keyof Views & string>(name: Name, view: Views[Name]): string;
}

/**
 * A renderer over the template sources, by name. Values are not escaped: a view holds only text that its own
 * grammar has already checked (branded types, shell words).
 */
export function createRenderer<Views extends object>(
  sources: Readonly<Record<keyof Views & string, string>>,
): Renderer<Views> {
  const handlebars = Handlebars.create();
  const compiled = new Map<string, Handlebars.TemplateDelegate>();
  return {
    render(name, view) {
      const template = compiled.get(name) ?? handlebars.compile(sources[name], COMPILE_OPTIONS);
      compiled.set(name, template);
      const text = template(view);
      // `strict` lets an explicit undefined through, as an empty string or as the word; a config must never say it.
      if (hasMissing(view) || /\bundefined\b|\bNaN\b|\[object Object\]/.test(text))
        throw new Error(`template ${name} rendered a missing value`);
      return text;
    },
  };
}

/** Views are flat: values, and lists of values. */
function hasMissing(view: unknown): boolean {
  return view instanceof Object && Object.values(view).flat().includes(undefined);
}

/** Nothing is escaped, a name that is missing is an error, and there are no helpers but Handlebars' own. */
export const COMPILE_OPTIONS = {
  noEscape: true,
  strict: true,
  knownHelpersOnly: true,
};
