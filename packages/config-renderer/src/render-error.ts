/**
 * Why nothing was rendered:
 * - `missing_value`: a template asked for something that the model does not have;
 * - `unsupported_value`: a value of a kind that the target format has no text for (an object, NaN, a bigint);
 * - `unsafe_text`: text that the target format cannot carry without changing its meaning;
 * - `invalid_model`: values that are well-formed but contradict each other or their range;
 * - `template_failed`: the template itself failed.
 */
export type RenderErrorCode =
  | 'missing_value'
  | 'unsupported_value'
  | 'unsafe_text'
  | 'invalid_model'
  | 'template_failed';

/** The only error this package throws. Its message never repeats a value, because values may be passwords. */
export class RenderError extends Error {
  readonly code: RenderErrorCode;

  constructor(code: RenderErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RenderError';
    this.code = code;
  }
}
